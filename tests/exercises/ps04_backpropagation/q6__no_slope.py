# mark 0/2: hidden deltas without the slope
def training_step(layers, Y, delta, rate):
    new = []
    for (W, b), y in zip(layers[::-1], Y[-2::-1]):
        new.append((W - rate * delta.T @ y, b - rate * delta.sum(axis=0)))
        delta = delta @ W
    return new[::-1]
