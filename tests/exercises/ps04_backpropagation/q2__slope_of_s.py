# mark 1/2: the slope with s in the place of y
def output_delta(s, t, unit, loss):
    y = {"linear": s, "tanh": np.tanh(s), "logistic": 1 / (1 + np.exp(-s))}[unit]
    if loss == "matched":
        return y - t
    slope = {"linear": 1.0, "tanh": 1 - s * s, "logistic": s * (1 - s)}[unit]
    return (y - t) * slope
