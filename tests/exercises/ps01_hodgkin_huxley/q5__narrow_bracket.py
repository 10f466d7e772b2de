# mark 1/2: looks between -80 and -50 mV only
from scipy.optimize import brentq


def rest(I):
    def gates(V):
        a = rates(V)
        return [float(gate(a[k], a[k + 1])[0]) for k in (0, 2, 4)]

    V = brentq(lambda V: derivative(V, *gates(V), I)[0], -80, -50, xtol=1e-10)
    return V, *gates(V)
