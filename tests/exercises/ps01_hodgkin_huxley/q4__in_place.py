# mark 2/3: n **= 4 changes the caller's gates
def derivative(V, n, m, h, I):
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    dn = a_n * (1 - n) - b_n * n
    dm = a_m * (1 - m) - b_m * m
    dh = a_h * (1 - h) - b_h * h
    n **= 4
    m **= 3
    dV = I - g_K * n * (V - E_K) - g_Na * m * h * (V - E_Na) - g_L * (V - E_L)
    return dV / C, dn, dm, dh
