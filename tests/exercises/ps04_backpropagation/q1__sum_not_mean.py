# mark 0/3: sums over the batch and forgets to divide
def losses(s, t):
    s = s - s.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    cross_entropy = -(t * log_y).sum()
    entropy = -(t * np.log(np.where(t > 0, t, 1.0))).sum()
    return cross_entropy, cross_entropy - entropy, (np.exp(log_y) - t)
