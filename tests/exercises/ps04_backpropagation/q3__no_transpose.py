# mark 0/2: W turned the wrong way
def hidden_delta(delta, W, y):
    return delta @ W.T * (1 - y * y)
