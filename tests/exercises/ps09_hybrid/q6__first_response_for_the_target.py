# mark 0/2: as printed: compares with the response at the start
def decibels(outputs, t):
    squares = np.sum((outputs - outputs[0]) ** 2, axis=(1, 2))
    start = np.sum((outputs[0] - t) ** 2)
    errors = 10 * np.log10(np.maximum(squares, 1e-9) / start)
    level = 10 * np.log10(1 / (4 * t.size))
    below = np.flatnonzero(errors <= level)
    return errors, level, below[0] if len(below) else -1
