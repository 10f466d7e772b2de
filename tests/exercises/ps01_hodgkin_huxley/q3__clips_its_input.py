# mark 1/2: t[t < 0] = 0 changes the caller's times
def clamp(t, V_hold, V_step):
    t[t < 0] = 0
    old, new = rates(V_hold), rates(V_step)
    gates = []
    for k in (0, 2, 4):
        start, _ = gate(old[k], old[k + 1])
        end, tau = gate(new[k], new[k + 1])
        gates.append(end + (start - end) * np.exp(-t / tau))
    n, m, h = gates
    return g_K * n**4, g_Na * m**3 * h
