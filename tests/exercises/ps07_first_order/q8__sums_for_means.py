# mark 0/2: sums, as in AdaGrad
def adadelta(theta, g, state, averaging, eps):
    S, D = (0 * theta, 0 * theta) if state is None else state
    S = S + g**2
    step = np.sqrt(D + eps) / np.sqrt(S + eps) * g
    return theta - step, (S, D + step**2)
