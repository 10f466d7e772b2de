# mark 2/2: right, with singular values
def rates(H):
    h = np.linalg.svd(H, compute_uv=False)
    k = h[0] / h[-1]
    return 2 / h[0], 2 / (h[0] + h[-1]), (k - 1) / (k + 1)
