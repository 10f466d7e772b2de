# mark 2/3: s -= changes the caller's array
def losses(s, t):
    s -= s.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    cross_entropy = -(t * log_y).sum() / len(s)
    entropy = -(t * np.log(np.where(t > 0, t, 1.0))).sum() / len(s)
    return cross_entropy, cross_entropy - entropy, (np.exp(log_y) - t) / len(s)
