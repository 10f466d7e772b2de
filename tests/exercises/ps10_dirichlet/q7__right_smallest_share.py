# mark 2/2: right: one minus (n + 1) times the smallest share
def to_ball(z, centre, radius):
    y = helmert(len(centre)) @ z
    length = np.linalg.norm(y)
    part = 1 - len(z) * min(z)
    if length < 1e-13:
        return list(centre)
    return [c + radius * part * v / length for c, v in zip(centre, y, strict=True)]
