# mark 0/2: states of 0 and 1 instead of signs
def stable_states(W):
    import itertools

    states = np.array(list(itertools.product([0, 1], repeat=len(W))))
    return states[((states @ W) * (2 * states - 1) >= 0).all(axis=1)]
