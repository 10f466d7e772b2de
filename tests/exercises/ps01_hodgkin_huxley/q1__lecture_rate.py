# mark 2/3: alpha_h with the lecture's 0.7 instead of 0.07
def rates(V):
    V = np.asarray(V, dtype=float)

    def ratio(x):
        safe = np.where(x == 0, 1.0, x)
        return np.where(x == 0, 1.0, safe / -np.expm1(-safe))

    return (
        0.1 * ratio((V + 55) / 10),
        0.125 * np.exp(-(V + 65) / 80),
        ratio((V + 40) / 10),
        4 * np.exp(-(V + 65) / 18),
        0.7 * np.exp(-(V + 65) / 20),
        1 / (1 + np.exp(-(V + 35) / 10)),
    )
