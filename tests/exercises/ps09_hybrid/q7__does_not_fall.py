# mark 1/2: looks whether the errors change, wherever they are
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.sum((t - t.mean(axis=0)) ** 2) / sse_start)
    last = errors[-length:]
    return level, bool(len(last) == length and max(last) - min(last) <= 2 * width)
