# mark 1/2: the shut fraction instead of the open one
def gate(alpha, beta):
    return beta / (alpha + beta), 1 / (alpha + beta)
