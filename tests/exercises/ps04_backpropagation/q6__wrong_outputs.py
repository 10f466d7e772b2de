# mark 0/2: pairs each layer with its own output
def training_step(layers, Y, delta, rate):
    new = []
    for (W, b), y in zip(layers[::-1], Y[:0:-1]):
        new.append((W - rate * delta.T @ y, b - rate * delta.sum(axis=0)))
        delta = delta @ W * (1 - y * y)
    return new[::-1]
