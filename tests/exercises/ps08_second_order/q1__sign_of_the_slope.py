# mark 1/3: takes the slope for its size: the line search asks for no descent at all
def armijo(e, value, slope, step, c1):
    for k in range(40):
        a = step / 2**k
        there = e(a)
        if np.isfinite(there) and there <= value - c1 * a * slope:
            return a
    return None


def wolfe(value, slope, a, value_a, slope_a, c1, c2):
    return value_a <= value + c1 * a * slope, abs(slope_a) <= -c2 * slope
