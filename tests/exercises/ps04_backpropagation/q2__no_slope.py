# mark 1/2: y - t everywhere, as printed
def output_delta(s, t, unit, loss):
    y = {"linear": s, "tanh": np.tanh(s), "logistic": 1 / (1 + np.exp(-s))}[unit]
    if loss == "matched":
        return y - t
    slope = {"linear": 1.0, "tanh": 1 - y * y, "logistic": y * (1 - y)}[unit]
    return y - t
