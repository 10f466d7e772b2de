# mark 2/3: V += 65 changes the caller's array
def rates(V):
    V = np.asarray(V, dtype=float)
    V += 65

    def ratio(x):
        safe = np.where(x == 0, 1.0, x)
        return np.where(x == 0, 1.0, safe / -np.expm1(-safe))

    return (
        0.1 * ratio((V - 10) / 10),
        0.125 * np.exp(-V / 80),
        ratio((V - 25) / 10),
        4 * np.exp(-V / 18),
        0.07 * np.exp(-V / 20),
        1 / (1 + np.exp(-(V - 30) / 10)),
    )
