# mark 1/2: solves for rest without the injected current
from scipy.optimize import brentq


def rest(I):
    def gates(V):
        a = rates(V)
        return [float(gate(a[k], a[k + 1])[0]) for k in (0, 2, 4)]

    V = brentq(lambda V: derivative(V, *gates(V), 0.0)[0], -130, 0, xtol=1e-10)
    return V, *gates(V)
