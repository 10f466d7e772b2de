# mark 0/2: n cubed and m to the fourth
def clamp(t, V_hold, V_step):
    since = np.maximum(t, 0.0)
    old, new = rates(V_hold), rates(V_step)
    gates = []
    for k in (0, 2, 4):
        start, _ = gate(old[k], old[k + 1])
        end, tau = gate(new[k], new[k + 1])
        gates.append(end + (start - end) * np.exp(-since / tau))
    n, m, h = gates
    return g_K * n**3, g_Na * m**4 * h
