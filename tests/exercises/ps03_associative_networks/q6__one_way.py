# mark 0/3: looks up b and leaves a as it was
def pair_recall(A, B, a):
    M = A.T @ B
    return a, np.where(M.T @ a == 0, 1, np.sign(M.T @ a))
