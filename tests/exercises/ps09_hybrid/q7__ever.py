# mark 1/2: stuck once is stuck for ever
def paralysed(errors, t, sse_start, width, length):
    level = 10 * np.log10(np.sum((t - t.mean(axis=0)) ** 2) / sse_start)
    near = [abs(e - level) <= width for e in errors]
    runs = [all(near[k : k + length]) for k in range(len(near) - length + 1)]
    return level, any(runs)
