# mark 2/2: right, with branches
def output_delta(s, t, unit, loss):
    if unit == "linear":
        y, slope = s, 1
    elif unit == "tanh":
        y, slope = np.tanh(s), 1 / np.cosh(s) ** 2
    else:
        y = np.exp(s) / (1 + np.exp(s))
        slope = y - y**2
    return (y - t) * (slope if loss == "squared" else 1)
