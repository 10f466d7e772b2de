# mark 0/2: a mean of squares against a sum
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.mean((t - t.mean(axis=0)) ** 2) / sse_start)
    last = np.array(errors[-length:])
    return level, bool(len(last) == length and (abs(last - level) <= width).all())
