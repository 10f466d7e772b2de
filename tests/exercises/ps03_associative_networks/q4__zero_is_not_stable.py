# mark 1/2: a field of 0 counts as unstable
def stable_states(W):
    import itertools

    states = np.array(list(itertools.product([-1, 1], repeat=len(W))))
    return states[((states @ W) * states > 0).all(axis=1)]
