# mark 0/3: one round there and back
def pair_recall(A, B, a):
    M = A.T @ B
    b = np.where(M.T @ a == 0, 1, np.sign(M.T @ a))
    return np.where(M @ b == 0, a, np.sign(M @ b)), b
