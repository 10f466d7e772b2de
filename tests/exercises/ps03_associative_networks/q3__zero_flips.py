# mark 2/3: a unit at field 0 flips for ever
def recall(W, s):
    s, flips = s.copy(), []
    for _ in range(50):
        n = len(flips)
        for i in range(len(s)):
            if (W[i] @ s) * s[i] <= 0:
                s[i] = -s[i]
                flips.append(i)
        if len(flips) == n:
            break
    return s, flips
