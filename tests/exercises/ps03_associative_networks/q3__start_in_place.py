# mark 2/3: changes the caller's state
def recall(W, s):
    flips = []
    while True:
        n = len(flips)
        for i in range(len(s)):
            if (W[i] @ s) * s[i] < 0:
                s[i] = -s[i]
                flips.append(i)
        if len(flips) == n:
            return s, flips
