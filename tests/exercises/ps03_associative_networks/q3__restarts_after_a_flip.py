# mark 0/3: begins again at unit 0 after every flip
def recall(W, s):
    s, flips, i = np.array(s, dtype=float), [], 0
    while i < len(s):
        if (W[i] @ s) * s[i] < 0:
            s[i] = -s[i]
            flips.append(i)
            i = 0
        else:
            i += 1
    return s, flips
