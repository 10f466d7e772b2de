# mark 1/2: as the paper: factorises once for all tries
def lm_ticks(R, T, forward, jacobian, attempts):
    def ticks(a, b, c):
        return 4 * a + 20 * b + 70 * c

    cubes = (T**3 - T) // 6
    sums = T * (T + 1) // 2 + T
    once = ticks(sums * (R - 1), sums * R, 0) + ticks(*forward) + ticks(*jacobian)
    solution = ticks(T, 0, 0) + ticks(cubes, cubes + T * (T - 1) // 2, T)
    solution += ticks(T * (T - 1), T * (T - 1) + 2 * T, 0)
    each = ticks(T + 2 * R - 1 + 1, R + 1, 0) + ticks(*forward)
    return once + min(attempts, 1) * solution + attempts * each
