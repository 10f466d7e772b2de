# mark 0/2: uses the time constants of the holding voltage
def clamp(t, V_hold, V_step):
    since = np.maximum(t, 0.0)
    old, new = rates(V_hold), rates(V_step)
    gates = []
    for k in (0, 2, 4):
        start, tau = gate(old[k], old[k + 1])
        end, _ = gate(new[k], new[k + 1])
        gates.append(end + (start - end) * np.exp(-since / tau))
    n, m, h = gates
    return g_K * n**4, g_Na * m**3 * h
