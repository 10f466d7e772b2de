# mark 0/2: averaging on the new square
def adadelta(theta, g, state, averaging, eps):
    S, D = (0 * theta, 0 * theta) if state is None else state
    S = (1 - averaging) * S + averaging * g**2
    step = np.sqrt(D + eps) / np.sqrt(S + eps) * g
    D = (1 - averaging) * D + averaging * step**2
    return theta - step, (S, D)
