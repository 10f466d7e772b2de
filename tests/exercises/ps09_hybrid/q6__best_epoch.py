# mark 1/2: returns the epoch of the smallest error
def decibels(outputs, t):
    squares = np.sum((outputs - t) ** 2, axis=(1, 2))
    errors = 10 * np.log10(squares / squares[0])
    level = 10 * np.log10(1 / (4 * t.size))
    best = int(np.argmin(errors))
    return errors, level, best
