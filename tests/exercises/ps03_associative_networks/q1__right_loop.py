# mark 2/2: right, with loops over units
def store(patterns):
    P, N = np.shape(patterns)
    W = np.zeros((N, N))
    for i in range(N):
        for j in range(N):
            if i != j:
                W[i, j] = sum(patterns[p][i] * patterns[p][j] for p in range(P)) / N
    return W
