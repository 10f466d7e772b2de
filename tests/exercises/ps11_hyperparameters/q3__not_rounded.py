# mark 0/3: the middle of the cycle is not a whole step
def one_cycle(T, low, high):
    h, t = 0.45 * T + 0.5, np.arange(T)
    up = np.maximum(1 - np.abs(t - h) / h, 0)
    end = low * (1 - 0.99 * (t - 2 * h) / (T - 2 * h))
    return np.where(t < 2 * h, low + (high - low) * up, end), 0.95 - 0.1 * up
