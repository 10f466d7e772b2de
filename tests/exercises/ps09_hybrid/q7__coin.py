# mark 0/2: takes ½ for the mean target
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.sum((t - 0.5) ** 2) / sse_start)
    last = np.array(errors[-length:])
    return level, bool(len(last) == length and (abs(last - level) <= width).all())
