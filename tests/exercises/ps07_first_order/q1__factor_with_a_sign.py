# mark 1/2: the steepest direction's factor with its sign
def rates(H):
    h = np.linalg.eigvalsh(H)
    best = 2 / (h[0] + h[-1])
    return 2 / h[-1], best, 1 - best * h[-1]
