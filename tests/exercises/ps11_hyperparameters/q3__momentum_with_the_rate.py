# mark 2/3: momentum goes up with the rate
def one_cycle(T, low, high):
    h, t = 9 * T // 20, np.arange(T)
    up = np.maximum(1 - np.abs(t - h) / h, 0)
    end = low * (1 - 0.99 * (t - 2 * h) / (T - 2 * h))
    return np.where(t < 2 * h, low + (high - low) * up, end), 0.85 + 0.1 * up
