# mark 1/3: forgets the gates, as if every channel were open
def derivative(V, n, m, h, I):
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    dV = I - g_K * (V - E_K) - g_Na * (V - E_Na) - g_L * (V - E_L)
    return (
        dV / C,
        a_n * (1 - n) - b_n * n,
        a_m * (1 - m) - b_m * m,
        a_h * (1 - h) - b_h * h,
    )
