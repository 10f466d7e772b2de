# mark 1/2: exactly at the level is not enough for it
def decibels(outputs, t):
    squares = np.sum((outputs - t) ** 2, axis=(1, 2))
    errors = 10 * np.log10(squares / squares[0])
    level = 10 * np.log10(1 / (4 * t.size))
    below = np.flatnonzero(errors < level)
    return errors, level, below[0] if len(below) else -1
