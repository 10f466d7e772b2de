# mark 0/3: a = 1 - beta from the start
def apollo(theta, g, state, rate, beta, eps, sigma):
    zero = 0 * theta
    m, B, d = (zero, zero, zero) if state is None else state
    change = (1 - beta) * (g - m)
    m = m + change
    c = np.sum(d**4) ** 0.25 + eps / sigma
    u = d / c
    B = B - (np.sum(change * u) / c + np.sum(B * u**2)) * u**2
    d = m / np.maximum(np.abs(B), sigma)
    return theta - rate * d, (m, B, d)
