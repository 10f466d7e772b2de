# mark 0/2: returns the number that was too many
def capacity(patterns, allowed):
    for P in range(1, len(patterns) + 1):
        x = patterns[:P]
        if np.mean((x @ store(x)) * x < 0) > allowed:
            return P
    return len(patterns)
