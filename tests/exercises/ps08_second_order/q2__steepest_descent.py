# mark 0/3: forgets
def cg_direction(g, g_old, p_old, kind, k, restart):
    return -g
