# mark 3/3: right, decay subtracted with the step
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    if state is None:
        state = {"m": 0.0, "v": 0.0, "powers": (1.0, 1.0)}
    b1, b2 = state["powers"][0] * beta1, state["powers"][1] * beta2
    slope = g if decoupled else g + decay * theta
    m = state["m"] + (1 - beta1) * (slope - state["m"])
    v = state["v"] + (1 - beta2) * (slope * slope - state["v"])
    step = (m / (1 - b1)) / (np.sqrt(v / (1 - b2)) + eps)
    if decoupled:
        step = step + decay * theta
    return theta - rate * step, {"m": m, "v": v, "powers": (b1, b2)}
