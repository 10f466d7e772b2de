# mark 1/2: weights the caller's sensitivities in place
def handed_over(delta, r, W):
    delta *= r[:, :, None]
    return delta.sum(axis=1) @ W
