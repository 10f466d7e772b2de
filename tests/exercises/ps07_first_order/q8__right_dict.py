# mark 2/2: right, with one root
def adadelta(theta, g, state, averaging, eps):
    old = state or {"S": 0.0, "D": 0.0}
    S = averaging * old["S"] + (1 - averaging) * np.square(g)
    step = g * np.sqrt((old["D"] + eps) / (S + eps))
    D = averaging * old["D"] + (1 - averaging) * np.square(step)
    return theta - step, {"S": S, "D": D}
