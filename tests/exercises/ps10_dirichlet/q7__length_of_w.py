# mark 0/2: takes w's own length for that of y
def to_ball(z, centre, radius):
    n = len(centre)
    return centre + radius * helmert(n) @ (z - 1 / (n + 1))
