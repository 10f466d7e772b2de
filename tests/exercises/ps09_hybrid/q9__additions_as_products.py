# mark 0/2: as many additions as products in a sum
def lm_ticks(R, T, forward, jacobian, attempts):
    def ticks(a, b, c):
        return 4 * a + 20 * b + 70 * c

    cubes = (T**3 - T) // 6
    sums = T * (T + 1) // 2 + T
    once = ticks(sums * R, sums * R, 0) + ticks(*forward) + ticks(*jacobian)
    each = ticks(2 * T + 2 * R + 1, R + 1, 0) + ticks(*forward)
    each += ticks(cubes, cubes + T * (T - 1) // 2, T)
    each += ticks(T * (T - 1), T * (T - 1) + 2 * T, 0)
    return once + attempts * each
