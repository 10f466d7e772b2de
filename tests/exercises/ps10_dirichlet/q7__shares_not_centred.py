# mark 0/2: the stretching of z itself
def to_ball(z, centre, radius):
    n = len(centre)
    y = helmert(n) @ z
    if np.allclose(y, 0):
        return centre
    return centre + radius * (n + 1) * np.max(z) * y / np.linalg.norm(y)
