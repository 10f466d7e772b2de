# mark 0/2: hands over the slope with respect to the head's weights, as printed
def handed_over(delta, r, W):
    return np.einsum("nkj,nk->j", delta, r)[:, None] * W
