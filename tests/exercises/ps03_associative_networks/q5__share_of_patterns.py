# mark 0/2: counts patterns with a wrong bit, not bits
def capacity(patterns, allowed):
    for P in range(1, len(patterns) + 1):
        x = patterns[:P]
        if np.mean(((x @ store(x)) * x < 0).any(axis=1)) > allowed:
            return P - 1
    return len(patterns)
