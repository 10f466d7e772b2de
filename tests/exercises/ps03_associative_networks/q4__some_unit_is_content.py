# mark 0/2: any instead of all
def stable_states(W):
    import itertools

    states = np.array(list(itertools.product([-1, 1], repeat=len(W))))
    return states[((states @ W) * states >= 0).any(axis=1)]
