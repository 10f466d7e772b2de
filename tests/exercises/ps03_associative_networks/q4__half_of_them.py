# mark 0/2: forgets the negatives
def stable_states(W):
    import itertools

    states = np.array([(1, *s) for s in itertools.product([-1, 1], repeat=len(W) - 1)])
    return states[((states @ W) * states >= 0).all(axis=1)]
