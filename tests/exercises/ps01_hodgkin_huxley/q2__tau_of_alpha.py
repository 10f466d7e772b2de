# mark 1/2: takes the opening rate alone for the time constant
def gate(alpha, beta):
    return alpha / (alpha + beta), 1 / np.asarray(alpha)
