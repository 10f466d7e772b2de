# mark 0/2: the sum of all curvatures
def rates(H):
    h = np.linalg.eigvalsh(H)
    return 2 / np.trace(H), 2 / np.trace(H), (h[-1] - h[0]) / np.trace(H)
