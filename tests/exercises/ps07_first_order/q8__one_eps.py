# mark 0/2: eps in the numerator only
def adadelta(theta, g, state, averaging, eps):
    S, D = (0 * theta, 0 * theta) if state is None else state
    S = averaging * S + (1 - averaging) * g**2
    step = np.sqrt((D + eps) / np.where(S == 0, 1, S)) * g
    D = averaging * D + (1 - averaging) * step**2
    return theta - step, (S, D)
