# mark 2/2: right: no single flip lowers the energy
def stable_states(W):
    import itertools

    found = []
    for s in itertools.product([1, -1], repeat=len(W)):
        s = np.array(s)
        cost = [2 * s[i] * sum(W[i] * s) for i in range(len(s))]
        if min(cost) >= 0:
            found.append(s.tolist())
    return found[::-1]
