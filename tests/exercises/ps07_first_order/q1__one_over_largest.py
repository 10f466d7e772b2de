# mark 1/2: takes the rate that kills the steepest direction for the limit
def rates(H):
    h = np.linalg.eigvalsh(H)
    best = 2 / (h[0] + h[-1])
    return 1 / h[-1], best, (h[-1] - h[0]) / (h[-1] + h[0])
