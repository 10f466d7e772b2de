# mark 0/3: the old length over the new one
def cg_direction(g, g_old, p_old, kind, k, restart):
    if k % restart == 0:
        return -g
    if kind == "FR":
        beta = g_old.dot(g_old) / g.dot(g)
    else:
        beta = max(0.0, g.dot(g - g_old) / g.dot(g))
    p = -g + beta * p_old
    if g.dot(p) >= 0:
        p = -g
    return p
