# mark 0/2: the mean of the outputs
def handed_over(delta, r, W):
    return np.mean(r[:, :, None] * delta, axis=1) @ W
