# mark 3/3: right, with driving forces turned round instead of minus signs
def derivative(V, n, m, h, I):
    a = rates(V)
    V = np.asarray(V)
    dV = I + g_K * n**4 * (E_K - V) + g_Na * m**3 * h * (E_Na - V) + g_L * (E_L - V)
    x = [n, m, h]
    dx = [a[2 * k] - (a[2 * k] + a[2 * k + 1]) * np.asarray(x[k]) for k in range(3)]
    return np.array([dV, *dx])
