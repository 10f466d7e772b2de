# mark 1/2: returns the rate alpha + beta instead of its inverse
def gate(alpha, beta):
    return alpha / (alpha + beta), alpha + beta
