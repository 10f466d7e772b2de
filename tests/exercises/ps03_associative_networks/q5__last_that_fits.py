# mark 0/2: the largest number that fits, though an earlier one did not
def capacity(patterns, allowed):
    best = 0
    for P in range(1, len(patterns) + 1):
        x = patterns[:P]
        if np.mean((x @ store(x)) * x < 0) <= allowed:
            best = P
    return best
