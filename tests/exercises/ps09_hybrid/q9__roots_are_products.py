# mark 1/2: charges the roots of the factorisation as products
def lm_ticks(R, T, forward, jacobian, attempts):
    def ticks(a, b, c):
        return 4 * a + 20 * b + 70 * c

    cubes = (T**3 - T) // 6
    sums = T * (T + 1) // 2 + T
    once = ticks(sums * (R - 1), sums * R, 0) + ticks(*forward) + ticks(*jacobian)
    each = ticks(2 * T + 2 * R, R + 1, 0) + ticks(*forward)
    each += ticks(cubes, cubes + T * (T - 1) // 2 + T, 0)
    each += ticks(T * (T - 1), T * (T - 1) + 2 * T, 0)
    return once + attempts * each
