# mark 2/3: np.sign makes a unit 0 where the sum is 0
def pair_recall(A, B, a):
    M = A.T @ B
    b = np.ones(M.shape[1])
    for _ in range(50):
        b = np.sign(M.T @ a)
        a = np.sign(M @ b)
    return a, b
