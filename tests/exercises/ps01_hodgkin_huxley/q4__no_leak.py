# mark 1/3: the leak is missing
def derivative(V, n, m, h, I):
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    dV = I - g_K * n**4 * (V - E_K) - g_Na * m**3 * h * (V - E_Na)
    return (
        dV / C,
        a_n * (1 - n) - b_n * n,
        a_m * (1 - m) - b_m * m,
        a_h * (1 - h) - b_h * h,
    )
