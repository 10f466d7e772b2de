# mark 0/2: looks only at the pattern that was added last
def capacity(patterns, allowed):
    for P in range(1, len(patterns) + 1):
        W = store(patterns[:P])
        new = patterns[P - 1]
        if np.mean((W @ new) * new < 0) > allowed:
            return P - 1
    return len(patterns)
