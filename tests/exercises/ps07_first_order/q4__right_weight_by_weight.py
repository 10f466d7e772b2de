# mark 3/3: right, one weight at a time
def quickprop(theta, g, state, rate, largest):
    P = len(theta)
    delta, before = state or ([0.0] * P, [0.0] * P)
    new = []
    for d, old, S in zip(delta, before, g):
        m = largest
        if old != S:
            beta = S / (old - S)
            if beta <= largest and d * S * beta >= 0:
                m = beta
        new.append(m * d + (rate * S if d == 0 or d * S > 0 else 0.0))
    return theta - np.array(new), (new, [float(S) for S in g])
