# mark 0/2: does not stretch: the border is never reached
def to_simplex(x, centre, radius):
    n = len(x)
    return 1 / (n + 1) + helmert(n).T @ ((x - centre) / radius) / (n + 1)
