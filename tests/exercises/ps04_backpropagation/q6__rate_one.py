# mark 0/2: forgets the rate
def training_step(layers, Y, delta, rate):
    new = []
    for (W, b), y in zip(layers[::-1], Y[-2::-1]):
        new.append((W - delta.T @ y, b - delta.sum(axis=0)))
        delta = delta @ W * (1 - y * y)
    return new[::-1]
