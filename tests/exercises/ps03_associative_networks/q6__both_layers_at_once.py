# mark 0/3: a is renewed from the old b
def pair_recall(A, B, a):
    M = A.T @ B
    b = np.ones(M.shape[1])
    for _ in range(50):
        fb, fa = M.T @ a, M @ b
        b = np.where(fb == 0, b, np.sign(fb))
        a = np.where(fa == 0, a, np.sign(fa))
    return a, b
