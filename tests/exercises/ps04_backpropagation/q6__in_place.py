# mark 0/2: W -= changes the layers it was given
def training_step(layers, Y, delta, rate):
    for l in reversed(range(len(layers))):
        W, b = layers[l]
        back = delta @ W * (1 - Y[l] ** 2)
        W -= rate * delta.T @ Y[l]
        b -= rate * delta.sum(axis=0)
        delta = back
    return layers
