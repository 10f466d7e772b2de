# mark 1/2: the condition number for the factor
def rates(H):
    h = np.linalg.eigvalsh(H)
    return 2 / h[-1], 2 / (h[0] + h[-1]), h[0] / h[-1]
