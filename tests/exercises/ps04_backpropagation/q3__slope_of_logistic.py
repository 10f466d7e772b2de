# mark 0/2: the logistic unit's slope
def hidden_delta(delta, W, y):
    return delta @ W * y * (1 - y)
