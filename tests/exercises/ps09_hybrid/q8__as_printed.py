# mark 0/3: the printed rows: no addition in the logistic, m² comparisons, C times the ReLU
def forward_count(layers, N):
    alpha = beta = gamma = 0
    for kind, *s in layers:
        if kind == "dense":
            alpha += s[0] * s[1]
            beta += s[0] * s[1] + s[1]
            gamma += s[1]
        elif kind == "conv":
            C, K, f1, f2, u1, u2 = s
            alpha += K * C * u1 * u2
            beta += K * C * u1 * u2 * f1 * f2
            gamma += K * C * u1 * u2
        else:
            alpha += s[0] * s[3] * s[4] * s[1] * s[2]
    return N * alpha, N * beta, N * gamma
