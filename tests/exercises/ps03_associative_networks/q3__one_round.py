# mark 0/3: one round only
def recall(W, s):
    s, flips = s.copy(), []
    for i in range(len(s)):
        if (W[i] @ s) * s[i] < 0:
            s[i] = -s[i]
            flips.append(i)
    return s, flips
