# mark 1/2: best = half of the critical rate
def rates(H):
    h = np.linalg.eigvalsh(H)
    return 2 / h[-1], 1 / h[-1], 1 - h[0] / h[-1]
