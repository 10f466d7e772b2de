# mark 1/2: forgets the radius
def to_ball(z, centre, radius):
    n = len(centre)
    w = z - 1 / (n + 1)
    y = helmert(n) @ w
    if np.allclose(w, 0):
        return centre
    return centre + (n + 1) * np.max(-w) * y / np.linalg.norm(y)
