# mark 2/3: the limit at the two voltages, lost digits just beside them
def rates(V):
    V = np.asarray(V, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        a_n = np.where(V == -55, 0.1, 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10)))
        a_m = np.where(V == -40, 1.0, 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10)))
    b_n = 0.125 * np.exp(-(V + 65) / 80)
    b_m = 4 * np.exp(-(V + 65) / 18)
    a_h = 0.07 * np.exp(-(V + 65) / 20)
    b_h = 1 / (1 + np.exp(-(V + 35) / 10))
    return a_n, b_n, a_m, b_m, a_h, b_h
