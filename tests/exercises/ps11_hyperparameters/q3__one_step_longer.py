# mark 0/3: a step too many
def one_cycle(T, low, high):
    h, t = 9 * T // 20, np.arange(T + 1)
    up = np.maximum(1 - np.abs(t - h) / h, 0)
    end = low * (1 - 0.99 * (t - 2 * h) / (T - 2 * h))
    return np.where(t < 2 * h, low + (high - low) * up, end), 0.95 - 0.1 * up
