# mark 0/2: the numbers of the visible check
def gate(alpha, beta):
    return 0.25, 0.25
