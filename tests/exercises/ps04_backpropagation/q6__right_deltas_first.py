# mark 2/2: right, all deltas first
def training_step(layers, Y, delta, rate):
    deltas = [delta]
    for l in range(len(layers) - 1, 0, -1):
        deltas.insert(0, deltas[0] @ layers[l][0] * (1 - Y[l] ** 2))
    return [
        (W - rate * d.T.dot(y), b - rate * d.sum(axis=0))
        for (W, b), d, y in zip(layers, deltas, Y)
    ]
