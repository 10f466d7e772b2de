# mark 2/2: right, with a table of factors
def rprop(theta, g, state, first):
    if state is None:
        state = {"step": [first] * len(theta), "sign": [0] * len(theta)}
    sign = np.sign(g).astype(int)
    factor = np.array([1.0, 1.2, 0.5])[sign * np.array(state["sign"])]
    step = np.array(state["step"]) * factor
    step = np.where(factor > 1, np.minimum(step, 50), step)
    step = np.where(factor < 1, np.maximum(step, 1e-6), step)
    return theta - step * sign, {"step": step, "sign": sign}
