# mark 2/2: right: direction and distance apart, loops
def to_simplex(x, centre, radius):
    n = len(x)
    distance = np.sqrt(sum((a - b) ** 2 for a, b in zip(x, centre, strict=True)))
    if distance == 0:
        return [1 / (n + 1)] * (n + 1)
    w = ((x - centre) / distance) @ helmert(n)
    return [1 / (n + 1) - distance / radius * v / ((n + 1) * w.min()) for v in w]
