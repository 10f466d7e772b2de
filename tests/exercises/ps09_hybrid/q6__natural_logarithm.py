# mark 0/2: ln for lg
def decibels(outputs, t):
    squares = np.sum((outputs - t) ** 2, axis=(1, 2))
    errors, level = 10 * np.log(squares / squares[0]), 10 * np.log(1 / (4 * t.size))
    below = np.flatnonzero(errors <= level)
    return errors, level, below[0] if len(below) else -1
