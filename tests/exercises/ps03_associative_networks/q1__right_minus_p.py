# mark 2/2: right, P / N taken from the diagonal
def store(patterns):
    P, N = patterns.shape
    return (patterns.T @ patterns - P * np.eye(N)) / N
