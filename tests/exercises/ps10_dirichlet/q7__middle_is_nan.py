# mark 1/2: divides zero by zero in the middle
def to_ball(z, centre, radius):
    n = len(centre)
    w = z - 1 / (n + 1)
    y = helmert(n) @ w
    with np.errstate(all="ignore"):
        return centre + radius * (n + 1) * np.max(-w) * y / (y @ y) ** 0.5 * (
            np.nan if np.allclose(w, 0) else 1
        )
