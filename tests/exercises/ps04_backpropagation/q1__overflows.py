# mark 2/3: exp(1000) is infinite
def losses(s, t):
    y = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    ce = -np.sum(t * np.log(y)) / len(s)
    return ce, np.sum(t * np.log(t / y)) / len(s), (y - t) / len(s)
