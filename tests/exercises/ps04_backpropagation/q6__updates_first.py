# mark 0/2: propagates through the weights just updated
def training_step(layers, Y, delta, rate):
    new = list(layers)
    for l in reversed(range(len(layers))):
        W, b = new[l]
        new[l] = (W - rate * delta.T @ Y[l], b - rate * delta.sum(axis=0))
        delta = delta @ new[l][0] * (1 - Y[l] ** 2)
    return new
