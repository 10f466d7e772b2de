# mark 1/2: changes y
def hidden_delta(delta, W, y):
    y *= -y
    return delta @ W * (1 + y)
