# mark 2/2: right: in ticks from the start
def lm_ticks(R, T, forward, jacobian, attempts):
    def ticks(a, b, c=0):
        return 4 * a + 20 * b + 70 * c

    third = (T - 1) * T * (T + 1) // 6
    one_sum = ticks(R - 1, R)
    passed = ticks(*forward)
    matrix = T * (T + 1) // 2 * one_sum
    right_side = T * one_sum
    damp, move = ticks(T, 0), ticks(T, 0)
    factor = ticks(third, third + T * (T - 1) // 2, T)
    solve = ticks(T * (T - 1), T * (T + 1))
    error = ticks(R, 0) + one_sum
    trial = damp + factor + solve + move + passed + error + ticks(1, 1)
    return passed + ticks(*jacobian) + matrix + right_side + attempts * trial
