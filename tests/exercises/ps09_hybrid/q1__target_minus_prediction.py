# mark 0/2: the other sign of the residual
def handed_over(delta, r, W):
    return -np.einsum("nk,nkj->nj", r, delta) @ W
