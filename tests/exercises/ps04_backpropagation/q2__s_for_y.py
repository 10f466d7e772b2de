# mark 0/2: forgets the activation
def output_delta(s, t, unit, loss):
    y = s
    if loss == "matched":
        return y - t
    slope = {"linear": 1.0, "tanh": 1 - y * y, "logistic": y * (1 - y)}[unit]
    return (y - t) * slope
