# mark 0/2: sends all points to the sphere
def to_ball(z, centre, radius):
    n = len(centre)
    w = z - 1 / (n + 1)
    y = helmert(n) @ w
    if np.allclose(w, 0):
        return centre
    return centre + radius * y / np.linalg.norm(y)
