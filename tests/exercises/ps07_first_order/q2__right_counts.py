# mark 3/3: right, with a dict and a counter
def momentum(theta, g, state, rate, mu, dampening, decay):
    if state is None:
        state = {"v": np.zeros(len(theta)), "t": 0}
    fresh = 1 - dampening if state["t"] else 1
    v = mu * state["v"] + fresh * (g + decay * theta)
    return theta - rate * v, {"v": v, "t": state["t"] + 1}
