# mark 2/2: right: tries all boundaries from the largest
def boundaries(layers, memory):
    L = len(layers)
    fits = [
        O
        for O in range(L + 1)
        if 8 * sum(layer[2] for layer in layers[L - O :]) ** 2 <= memory
    ]
    dense = [layer for layer in layers if layer[0] == "dense"]
    if sum(layer[2] for layer in layers) < 2000:
        return L, max(fits)
    if sum(layer[1] for layer in dense) > 1000:
        return len(dense[-3:]), max(fits)
    return len(dense), max(fits)
