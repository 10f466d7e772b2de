# mark 2/3: no annealing at the end
def one_cycle(T, low, high):
    h, t = 9 * T // 20, np.arange(T)
    up = np.maximum(1 - np.abs(t - h) / h, 0)
    return low + (high - low) * up, 0.95 - 0.1 * up
