# mark 1/2: two errors are enough for a verdict on three
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.sum((t - t.mean(axis=0)) ** 2) / sse_start)
    last = np.array(errors[-length:])
    return level, bool((abs(last - level) <= width).all())
