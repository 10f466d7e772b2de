# mark 0/3: all units flip together
def recall(W, s):
    s, flips = s.copy(), []
    for _ in range(50):
        against = np.flatnonzero((W @ s) * s < 0)
        if len(against) == 0:
            break
        s[against] *= -1
        flips += list(against)
    return s, flips
