# mark 0/2: only the deepest valleys
def stable_states(W):
    import itertools

    states = np.array(list(itertools.product([-1, 1], repeat=len(W))))
    E = -0.5 * ((states @ W) * states).sum(axis=1)
    return states[np.isclose(E, E.min())]
