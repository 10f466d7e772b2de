# mark 0/2: answers with the most frequent class
def paralysed(errors, t, sse_start, width, length):
    answer = np.eye(t.shape[1])[np.argmax(t.sum(axis=0))]
    level = 10 * np.log10(np.sum((t - answer) ** 2) / sse_start)
    last = np.array(errors[-length:])
    return level, bool(len(last) == length and (abs(last - level) <= width).all())
