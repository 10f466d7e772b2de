# mark 0/3: makes the direction orthogonal to the last one, as the slide says
def cg_direction(g, g_old, p_old, kind, k, restart):
    if k % restart == 0:
        return -g
    p = -g + (g @ p_old) / (p_old @ p_old) * p_old
    return p if g @ p < 0 else -g
