# mark 3/3: right, gates and voltage in turn by exponentials (Strang splitting)
def simulate(current, dt, state):
    V, n, m, h = (float(x) for x in state)
    rows = [(V, n, m, h)]

    def half(V, x):
        a = rates(V)
        out = []
        for k in range(3):
            x_inf, tau = gate(a[2 * k], a[2 * k + 1])
            out.append(float(x_inf + (x[k] - x_inf) * np.exp(-dt / 2 / tau)))
        return out

    for I in current:
        n, m, h = half(V, (n, m, h))
        g = g_K * n**4, g_Na * m**3 * h, g_L
        V_inf = (g[0] * E_K + g[1] * E_Na + g[2] * E_L + I) / sum(g)
        V = float(V_inf + (V - V_inf) * np.exp(-dt * sum(g)))
        n, m, h = half(V, (n, m, h))
        rows.append((V, n, m, h))
    return np.array(rows)
