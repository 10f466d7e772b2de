# mark 1/2: the diagonal is P / N, not 1
def store(patterns):
    return patterns.T @ patterns / patterns.shape[1] - np.eye(patterns.shape[1])
