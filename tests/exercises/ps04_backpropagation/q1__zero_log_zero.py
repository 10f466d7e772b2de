# mark 2/3: 0 ln 0 is nan
def losses(s, t):
    s = s - s.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    kl = np.sum(t * (np.log(t) - log_y)) / len(s)
    return -np.sum(t * log_y) / len(s), kl, (np.exp(log_y) - t) / len(s)
