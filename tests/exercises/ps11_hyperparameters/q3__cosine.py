# mark 1/3: half cosines instead of lines
def one_cycle(T, low, high):
    h, t = 9 * T // 20, np.arange(T)
    up = (1 - np.cos(np.pi * np.minimum(t / h, 2))) / 2
    end = low * (1 - 0.99 * (t - 2 * h) / (T - 2 * h))
    return np.where(t < 2 * h, low + (high - low) * up, end), 0.95 - 0.1 * up
