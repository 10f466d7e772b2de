# mark 0/2: forgets the slope of tanh
def hidden_delta(delta, W, y):
    return delta @ W
