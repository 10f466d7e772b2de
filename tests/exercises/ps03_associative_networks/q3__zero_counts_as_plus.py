# mark 2/3: a unit at field 0 becomes +1
def recall(W, s):
    s, flips = s.copy(), []
    for _ in range(50):
        n = len(flips)
        for i in range(len(s)):
            new = 1 if W[i] @ s >= 0 else -1
            if new != s[i]:
                s[i] = new
                flips.append(i)
        if len(flips) == n:
            break
    return s, flips
