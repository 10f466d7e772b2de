# mark 0/3: all alphas first, then all betas
def rates(V):
    V = np.asarray(V, dtype=float)

    def ratio(x):
        safe = np.where(x == 0, 1.0, x)
        return np.where(x == 0, 1.0, safe / -np.expm1(-safe))

    return (
        0.1 * ratio((V + 55) / 10),
        ratio((V + 40) / 10),
        0.07 * np.exp(-(V + 65) / 20),
        0.125 * np.exp(-(V + 65) / 80),
        4 * np.exp(-(V + 65) / 18),
        1 / (1 + np.exp(-(V + 35) / 10)),
    )
