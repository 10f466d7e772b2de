# mark 0/2: tau first, x_inf second
def gate(alpha, beta):
    return alpha + beta, alpha / (alpha + beta)
