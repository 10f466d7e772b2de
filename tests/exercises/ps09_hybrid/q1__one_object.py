# mark 1/2: adds the objects up; fits the first example
def handed_over(delta, r, W):
    back = sum(r[n] @ delta[n] for n in range(len(r)))
    return (back @ W).reshape(1, -1)
