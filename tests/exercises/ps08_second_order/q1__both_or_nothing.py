# mark 2/3: the second truth value is for both conditions together
def armijo(e, value, slope, step, c1):
    for k in range(40):
        a = step / 2**k
        there = e(a)
        if np.isfinite(there) and there <= value + c1 * a * slope:
            return a
    return None


def wolfe(value, slope, a, value_a, slope_a, c1, c2):
    enough = value_a <= value + c1 * a * slope
    return enough, enough and abs(slope_a) <= -c2 * slope
