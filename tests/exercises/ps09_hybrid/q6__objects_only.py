# mark 1/2: forgets the outputs in the level
def decibels(outputs, t):
    squares = np.sum((outputs - t) ** 2, axis=(1, 2))
    errors = 10 * np.log10(squares / squares[0])
    level = 10 * np.log10(1 / (4 * len(t)))
    below = np.flatnonzero(errors <= level)
    return errors, level, below[0] if len(below) else -1
