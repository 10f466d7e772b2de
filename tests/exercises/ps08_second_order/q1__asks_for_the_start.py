# mark 2/3: asks for e(0), which was given
def armijo(e, value, slope, step, c1):
    value = e(0.0)
    for k in range(40):
        a = step / 2**k
        there = e(a)
        if np.isfinite(there) and there <= value + c1 * a * slope:
            return a
    return None


def wolfe(value, slope, a, value_a, slope_a, c1, c2):
    return value_a <= value + c1 * a * slope, abs(slope_a) <= -c2 * slope
