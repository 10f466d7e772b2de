# mark 3/3: right, entry by entry
def inverse_update(V, s, y):
    n, c = len(s), float(np.dot(s, y))
    if c <= 1e-10 * np.sqrt(np.dot(s, s) * np.dot(y, y)):
        return V.copy()
    z = [sum(V[i, j] * y[j] for j in range(n)) for i in range(n)]
    scale = 1 / c + sum(y[i] * z[i] for i in range(n)) / c**2
    return [
        [
            V[i, j] + scale * s[i] * s[j] - (s[i] * z[j] + z[i] * s[j]) / c
            for j in range(n)
        ]
        for i in range(n)
    ]
