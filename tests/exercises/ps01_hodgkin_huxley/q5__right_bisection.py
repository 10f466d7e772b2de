# mark 2/2: right, by bisection on the voltage
def rest(I):
    def gates(V):
        a = rates(V)
        return [float(gate(a[k], a[k + 1])[0]) for k in (0, 2, 4)]

    low, high = -130.0, 0.0
    for _ in range(60):
        V = (low + high) / 2
        if derivative(V, *gates(V), I)[0] > 0:
            low = V
        else:
            high = V
    return (V, *gates(V))
