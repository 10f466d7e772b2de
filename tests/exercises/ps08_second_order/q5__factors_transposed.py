# mark 1/3: I - y s in front, I - s y behind
def inverse_update(V, s, y):
    c = y @ s
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    half = np.eye(len(s)) - np.outer(y, s) / c
    return half @ V @ half.T + np.outer(s, s) / c
