# mark 1/2: the smallest curvature in the place of the largest
def rates(H):
    h = np.linalg.eigvalsh(H)
    best = 2 / (h[0] + h[-1])
    return 2 / h[0], best, (h[-1] - h[0]) / (h[-1] + h[0])
