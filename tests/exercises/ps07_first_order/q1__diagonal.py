# mark 0/2: reads the curvatures off the diagonal
def rates(H):
    h = np.diag(H)
    return 2 / max(h), 2 / (max(h) + min(h)), (max(h) - min(h)) / (max(h) + min(h))
