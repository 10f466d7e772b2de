# mark 1/2: the slope stays in the matched loss
def output_delta(s, t, unit, loss):
    y = {"linear": s, "tanh": np.tanh(s), "logistic": 1 / (1 + np.exp(-s))}[unit]
    slope = {"linear": 1.0, "tanh": 1 - y * y, "logistic": y * (1 - y)}[unit]
    return (y - t) * slope
