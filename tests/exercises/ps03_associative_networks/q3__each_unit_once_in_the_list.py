# mark 1/3: a unit that flips back is listed once, and sorted
def recall(W, s):
    s, flips = np.array(s, dtype=float), set()
    changed = True
    while changed:
        changed = False
        for i in range(len(s)):
            if (W[i] @ s) * s[i] < 0:
                s[i] = -s[i]
                flips.add(i)
                changed = True
    return s, sorted(flips)
