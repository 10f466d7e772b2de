# mark 0/3: the matrix the wrong way round
def pair_recall(A, B, a):
    M = B.T @ A
    b = np.ones(M.shape[1])
    for _ in range(50):
        b = np.where(M.T @ a == 0, b, np.sign(M.T @ a))
        a = np.where(M @ b == 0, a, np.sign(M @ b))
    return a, b
