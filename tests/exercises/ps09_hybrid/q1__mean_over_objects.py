# mark 1/2: divides by the number of objects
def handed_over(delta, r, W):
    return np.einsum("nk,nkj->nj", r, delta) @ W / len(r)
