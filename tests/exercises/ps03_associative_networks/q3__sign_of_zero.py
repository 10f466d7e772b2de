# mark 2/3: np.sign makes a unit 0 where the field is 0
def recall(W, s):
    s, flips = s.copy(), []
    for _ in range(50):
        n = len(flips)
        for i in range(len(s)):
            new = np.sign(W[i] @ s)
            if new != s[i]:
                s[i] = new
                flips.append(i)
        if len(flips) == n:
            break
    return s, flips
