# mark 3/3: right, by a recursion and with numpy's truth values
def armijo(e, value, slope, step, c1, left=40):
    if left == 0:
        return None
    there = np.float64(e(step))
    fall = value - there
    if -np.inf < there and fall >= -c1 * step * slope:
        return step
    return armijo(e, value, slope, 0.5 * step, c1, left - 1)


def wolfe(value, slope, a, value_a, slope_a, c1, c2):
    inside = np.array([value_a - value, np.abs(slope_a)])
    return inside <= np.array([c1 * a * slope, c2 * np.abs(slope)])
