# mark 0/2: t - y
def output_delta(s, t, unit, loss):
    y = {"linear": s, "tanh": np.tanh(s), "logistic": 1 / (1 + np.exp(-s))}[unit]
    if loss == "matched":
        return t - y
    slope = {"linear": 1.0, "tanh": 1 - y * y, "logistic": y * (1 - y)}[unit]
    return (t - y) * slope
