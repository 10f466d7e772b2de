# mark 0/3: the fields are those of the beginning of the round
def recall(W, s):
    s, flips = s.copy(), []
    for _ in range(50):
        h, n = W @ s, len(flips)
        for i in range(len(s)):
            if h[i] * s[i] < 0:
                s[i] = -s[i]
                flips.append(i)
        if len(flips) == n:
            break
    return s, flips
