# mark 1/2: looks at the last error only
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.sum((t - t.mean(axis=0)) ** 2) / sse_start)
    return level, bool(len(errors) >= length and abs(errors[-1] - level) <= width)
