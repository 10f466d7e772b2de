# mark 1/2: counts the parameters of the dense layers only
def boundaries(layers, memory):
    dense = [(units, p) for kind, units, p in layers if kind == "dense"]
    by_rule = len(dense)
    if sum(p for _, p in dense) < 2000:
        by_rule = len(layers)
    elif sum(units for units, _ in dense) > 1000:
        by_rule = min(3, len(dense))
    T = by_memory = 0
    for _, _, parameters in layers[::-1]:
        T += parameters
        by_memory += 8 * T * T <= memory
    return by_rule, by_memory
