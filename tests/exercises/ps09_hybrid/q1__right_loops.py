# mark 2/2: right: object by object
def handed_over(delta, r, W):
    return [list(r[n] @ delta[n] @ W) for n in range(len(r))]
