# mark 1/3: the update of the Hessian, not of its inverse
def inverse_update(V, s, y):
    c = y @ s
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    Vs = V @ s
    return V - np.outer(Vs, Vs) / (s @ Vs) + np.outer(y, y) / c
