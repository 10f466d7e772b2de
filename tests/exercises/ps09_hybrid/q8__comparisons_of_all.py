# mark 2/3: as many comparisons as numbers in a window
def forward_count(layers, N):
    alpha = beta = gamma = 0
    for kind, *s in layers:
        if kind == "dense":
            alpha += s[1] * (s[0] + 1)
            beta += s[1] * (s[0] + 1)
            gamma += s[1]
        elif kind == "conv":
            C, K, f1, f2, u1, u2 = s
            alpha += K * u1 * u2 * (C * f1 * f2 + 1)
            beta += K * C * u1 * u2 * f1 * f2
        else:
            alpha += s[0] * s[3] * s[4] * s[1] * s[2]
    return N * alpha, N * beta, N * gamma
