# mark 1/3: the formulas as printed, 0/0 at -55 and -40 mV
def rates(V):
    a_n = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
    b_n = 0.125 * np.exp(-(V + 65) / 80)
    a_m = 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))
    b_m = 4 * np.exp(-(V + 65) / 18)
    a_h = 0.07 * np.exp(-(V + 65) / 20)
    b_h = 1 / (1 + np.exp(-(V + 35) / 10))
    return a_n, b_n, a_m, b_m, a_h, b_h
