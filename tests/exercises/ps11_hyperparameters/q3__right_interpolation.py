# mark 3/3: right: interpolation
def one_cycle(T, low, high):
    h, t = 9 * T // 20, np.arange(T)
    rates = np.interp(t, [0, h, 2 * h, T], [low, high, low, low / 100])
    return rates, np.interp(t, [0, h, 2 * h], [0.95, 0.85, 0.95])
