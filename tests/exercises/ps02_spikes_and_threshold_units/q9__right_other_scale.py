# mark 2/2: right, with the factor 2 inside the units
def tent_net(k):
    layers = [([[2.0], [2.0]], [0.0, -1.0])]
    for _ in range(k - 1):
        layers.append(([[2.0, -4.0], [2.0, -4.0]], [0.0, -1.0]))
    return [*layers, ([[1.0, -2.0]], [0.0])]
