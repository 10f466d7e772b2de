# mark 1/2: always cuts at the first dense layer
def boundaries(layers, memory):
    by_rule = sum(kind == "dense" for kind, _, _ in layers)
    T = by_memory = 0
    for _, _, parameters in layers[::-1]:
        T += parameters
        by_memory += 8 * T * T <= memory
    return by_rule, by_memory
