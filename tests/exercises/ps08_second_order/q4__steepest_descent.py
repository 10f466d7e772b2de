# mark 0/2: the gradient
def newton_step(H, g, floor):
    return -g, 0.0
