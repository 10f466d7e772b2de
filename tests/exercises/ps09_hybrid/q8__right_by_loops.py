# mark 3/3: right: output by output
def forward_count(layers, N):
    total = np.zeros(3, dtype=int)
    for layer in layers:
        kind = layer[0]
        if kind == "dense":
            _, inputs, outputs = layer
            for _ in range(outputs):
                total += (inputs, inputs, 0)  # products; sum and bias
                total += (1, 1, 1)  # 1 / (1 + exp(-s))
        elif kind == "conv":
            terms = layer[1] * layer[3] * layer[4]
            for _ in range(layer[2] * layer[5] * layer[6]):
                total += (terms - 1, terms, 0)
                total += (1, 0, 0)  # bias
                total += (1, 0, 0)  # max
        elif kind == "pool":
            total[0] += layer[1] * (layer[2] * layer[3] - 1) * layer[4] * layer[5]
    return tuple(int(c) for c in N * total)
