# mark 1/2: forgets the centre
def to_ball(z, centre, radius):
    n = len(centre)
    w = z - 1 / (n + 1)
    y = helmert(n) @ w
    if np.allclose(w, 0):
        return 0 * centre
    return radius * (n + 1) * np.max(-w) * y / np.linalg.norm(y)
