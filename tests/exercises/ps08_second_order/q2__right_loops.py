# mark 3/3: right, with plain sums
def cg_direction(g, g_old, p_old, kind, k, restart):
    minus = [-v for v in g]
    if g_old is None or k % restart == 0:
        return np.array(minus)
    over = sum(v * v for v in g_old)
    up = sum(v * v for v in g)
    if kind != "FR":
        up = up - sum(a * b for a, b in zip(g, g_old))
    beta = up / over if up > 0 else 0
    p = [m + beta * q for m, q in zip(minus, p_old)]
    descends = sum(a * b for a, b in zip(p, g)) < 0
    return np.array(p if descends else minus)
