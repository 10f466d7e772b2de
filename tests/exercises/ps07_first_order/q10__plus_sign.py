# mark 1/3: adds the correction of B; the absolute value hides it at first
def apollo(theta, g, state, rate, beta, eps, sigma):
    zero = 0 * theta
    m, B, d, t = (zero, zero, zero, 0) if state is None else state
    change = (1 - beta) / (1 - beta ** (t + 1)) * (g - m)
    m = m + change
    c = np.sum(d**4) ** 0.25 + eps / sigma
    u = d / c
    B = B + (np.sum(change * u) / c + np.sum(B * u**2)) * u**2
    d = m / np.maximum(np.abs(B), sigma)
    return theta - rate * d, (m, B, d, t + 1)
