# mark 1/2: everything above the level is paralysed, even the start
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.sum((t - t.mean(axis=0)) ** 2) / sse_start)
    last = np.array(errors[-length:])
    return level, bool(len(last) == length and (last >= level - width).all())
