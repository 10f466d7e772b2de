# mark 1/2: one small matrix for each layer instead of one for all
def boundaries(layers, memory):
    dense = [u for kind, u, _ in layers if kind == "dense"]
    by_rule = min(3, len(dense)) if sum(dense) > 1000 else len(dense)
    if sum(p for _, _, p in layers) < 2000:
        by_rule = len(layers)
    needed = by_memory = 0
    for _, _, parameters in layers[::-1]:
        needed += 8 * parameters**2
        by_memory += needed <= memory
    return by_rule, by_memory
