# mark 0/2: recall from 40 random starts, misses some
def stable_states(W):
    found = set()
    source = np.random.default_rng(0)
    for _ in range(40):
        s = source.choice([-1.0, 1.0], len(W))
        old = None
        while old is None or (old != s).any():
            old = s.copy()
            for i in range(len(s)):
                if (W[i] @ s) * s[i] < 0:
                    s[i] = -s[i]
        found.add(tuple(s))
    return np.array(list(found))
