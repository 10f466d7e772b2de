# mark 2/2: right, weights grown pattern by pattern
def capacity(patterns, allowed):
    N = len(patterns[0])
    W, P = np.zeros((N, N)), 0
    for one in patterns:
        W = W + np.outer(one, one) * (1 - np.eye(N))
        P += 1
        wrong = 0
        for x in patterns[:P]:
            wrong += int(np.sum((W @ x) * x < 0))
        if wrong / (P * N) > allowed:
            return P - 1
    return P
