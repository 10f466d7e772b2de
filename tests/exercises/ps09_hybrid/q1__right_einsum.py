# mark 2/2: right: one einsum
def handed_over(delta, r, W):
    return np.einsum("nk,nkj,ji->ni", r, delta, W)
