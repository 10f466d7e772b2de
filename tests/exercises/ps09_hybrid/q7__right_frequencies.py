# mark 2/2: right: from the frequencies of the classes
def paralysed(errors, t, sse_start, width, length):
    p = np.sum(t, axis=0) / len(t)
    rest = np.sum(t**2) - len(t) * np.sum(p**2)
    level = 10 * np.log10(rest) - 10 * np.log10(sse_start)
    if len(errors) < length:
        return level, False
    for k in range(1, length + 1):
        if abs(errors[-k] - level) > width + 1e-12:
            return level, False
    return level, True
