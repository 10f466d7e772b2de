# mark 0/3: p = g + beta p_old
def cg_direction(g, g_old, p_old, kind, k, restart):
    if k % restart == 0:
        return -g
    if kind == "FR":
        beta = g.dot(g) / g_old.dot(g_old)
    else:
        beta = max(0.0, g.dot(g - g_old) / g_old.dot(g_old))
    p = g + beta * p_old
    if g.dot(p) >= 0:
        p = -g
    return p
