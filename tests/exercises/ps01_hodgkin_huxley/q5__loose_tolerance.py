# mark 0/2: stops the search a hundredth of a millivolt too early
from scipy.optimize import brentq


def rest(I):
    def gates(V):
        a = rates(V)
        return [float(gate(a[k], a[k + 1])[0]) for k in (0, 2, 4)]

    low, high = -130.0, 0.0
    while high - low > 1e-2:
        middle = (low + high) / 2
        if derivative(middle, *gates(middle), I)[0] > 0:
            low = middle
        else:
            high = middle
    return low, *gates(low)
