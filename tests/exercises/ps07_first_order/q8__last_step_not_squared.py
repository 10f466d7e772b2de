# mark 1/2: D averages the steps, not their squares
def adadelta(theta, g, state, averaging, eps):
    S, D = (0 * theta, 0 * theta) if state is None else state
    S = averaging * S + (1 - averaging) * g**2
    step = np.sqrt(D + eps) / np.sqrt(S + eps) * g
    D = averaging * D + (1 - averaging) * np.abs(step)
    return theta - step, (S, D)
