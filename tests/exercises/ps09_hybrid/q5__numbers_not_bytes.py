# mark 1/2: forgets the eight bytes of a number
def boundaries(layers, memory):
    dense = [u for kind, u, _ in layers if kind == "dense"]
    by_rule = min(3, len(dense)) if sum(dense) > 1000 else len(dense)
    if sum(p for _, _, p in layers) < 2000:
        by_rule = len(layers)
    T = by_memory = 0
    for _, _, parameters in layers[::-1]:
        T += parameters
        by_memory += T * T <= memory
    return by_rule, by_memory
