# mark 0/3: the whole run is the cycle
def one_cycle(T, low, high):
    t = np.arange(T)
    up = 1 - np.abs(2 * t / T - 1)
    return low + (high - low) * up, 0.95 - 0.1 * up
