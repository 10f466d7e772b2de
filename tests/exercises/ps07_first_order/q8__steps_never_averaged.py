# mark 1/2: D stays 0: RMSProp with a strange rate
def adadelta(theta, g, state, averaging, eps):
    S = 0 * theta if state is None else state
    S = averaging * S + (1 - averaging) * g**2
    return theta - np.sqrt(eps) / np.sqrt(S + eps) * g, S
