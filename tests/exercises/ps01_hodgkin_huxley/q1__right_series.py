# mark 3/3: right, with a series near 0, a loop and a list as the result
def rates(V):
    V = np.asarray(V, dtype=float)

    def ratio(x):
        out = np.empty_like(x)
        for i in np.ndindex(x.shape):
            y = x[i]
            out[i] = 1 + y / 2 + y * y / 12 if abs(y) < 1e-4 else y / (1 - np.exp(-y))
        return out

    u = V + 65
    return [
        0.1 * ratio((u - 10) / 10),
        np.exp(-u / 80) / 8,
        ratio((u - 25) / 10),
        4 * np.exp(-u / 18),
        0.07 * np.exp(-u / 20),
        1 / (np.exp((30 - u) / 10) + 1),
    ]
