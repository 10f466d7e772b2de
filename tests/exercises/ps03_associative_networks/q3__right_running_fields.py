# mark 3/3: right, fields kept up to date, result as arrays
def recall(W, s):
    s = [float(x) for x in s]
    h = [sum(W[i][j] * s[j] for j in range(len(s))) for i in range(len(s))]
    flips, quiet, i = [], 0, 0
    while quiet < len(s):
        if h[i] * s[i] < 0:
            s[i], quiet = -s[i], 0
            for j in range(len(s)):
                h[j] += 2 * W[j][i] * s[i]
            flips.append(i)
        else:
            quiet += 1
        i = (i + 1) % len(s)
    return np.array(s), np.array(flips)
