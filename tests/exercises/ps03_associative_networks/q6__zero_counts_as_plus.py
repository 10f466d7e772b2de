# mark 2/3: a unit whose sum is 0 becomes +1
def pair_recall(A, B, a):
    M = A.T @ B
    for _ in range(50):
        b = np.where(M.T @ a >= 0, 1, -1)
        a = np.where(M @ b >= 0, 1, -1)
    return a, b
