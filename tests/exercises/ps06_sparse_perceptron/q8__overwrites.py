# mark 0/2: overlapping products overwrite each other
def one_kernel(F1, F2, stride):
    (f1, f2), (g1, g2), (t1, t2) = F1.shape, F2.shape, stride
    F = np.zeros(((g1 - 1) * t1 + f1, (g2 - 1) * t2 + f2))
    for i in range(g1):
        for j in range(g2):
            F[i * t1 : i * t1 + f1, j * t2 : j * t2 + f2] = F2[i, j] * F1
    return F
