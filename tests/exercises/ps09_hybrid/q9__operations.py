# mark 0/2: counts operations, all alike, instead of ticks
def lm_ticks(R, T, forward, jacobian, attempts):
    cubes = (T**3 - T) // 6
    sums = T * (T + 1) // 2 + T
    once = sums * (2 * R - 1) + sum(forward) + sum(jacobian)
    each = 2 * T + 3 * R + 1 + sum(forward) + 2 * cubes + T * (T - 1) // 2 + T
    return once + attempts * (each + 2 * T * (T - 1) + 2 * T)
