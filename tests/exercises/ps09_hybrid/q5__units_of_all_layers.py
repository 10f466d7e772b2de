# mark 1/2: counts the units of the convolutions, too
def boundaries(layers, memory):
    dense = sum(kind == "dense" for kind, _, _ in layers)
    if sum(p for _, _, p in layers) < 2000:
        by_rule = len(layers)
    else:
        by_rule = min(3, dense) if sum(u for _, u, _ in layers) > 1000 else dense
    T = by_memory = 0
    for _, _, parameters in layers[::-1]:
        T += parameters
        by_memory += 8 * T * T <= memory
    return by_rule, by_memory
