# mark 0/2: adds the outputs as if all were equally wrong
def handed_over(delta, r, W):
    return delta.sum(axis=1) @ W
