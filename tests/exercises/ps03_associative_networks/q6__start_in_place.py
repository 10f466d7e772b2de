# mark 2/3: repairs the caller's array
def pair_recall(A, B, a):
    M = A.T @ B
    b = np.ones(M.shape[1])
    for _ in range(50):
        f = M.T @ a
        b[f != 0] = np.sign(f[f != 0])
        f = M @ b
        a[f != 0] = np.sign(f[f != 0])
    return a, b
