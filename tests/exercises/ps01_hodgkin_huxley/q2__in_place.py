# mark 1/2: alpha /= ... overwrites the caller's array
def gate(alpha, beta):
    total = alpha + beta
    alpha /= total
    return alpha, 1 / total
