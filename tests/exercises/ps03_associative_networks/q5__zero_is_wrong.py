# mark 0/2: a field of 0 counts as wrong
def capacity(patterns, allowed):
    for P in range(1, len(patterns) + 1):
        x = patterns[:P]
        if np.mean((x @ store(x)) * x <= 0) > allowed:
            return P - 1
    return len(patterns)
