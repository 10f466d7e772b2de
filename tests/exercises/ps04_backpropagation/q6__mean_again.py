# mark 0/2: divides by N once more
def training_step(layers, Y, delta, rate):
    new = []
    for (W, b), y in zip(layers[::-1], Y[-2::-1]):
        new.append(
            (
                W - rate / len(delta) * delta.T @ y,
                b - rate / len(delta) * delta.sum(axis=0),
            )
        )
        delta = delta @ W * (1 - y * y)
    return new[::-1]
