# mark 1/3: B is never updated: momentum with the rate η/σ
def apollo(theta, g, state, rate, beta, eps, sigma):
    m, t = (0 * theta, 0) if state is None else state
    m = m + (1 - beta) / (1 - beta ** (t + 1)) * (g - m)
    return theta - rate / sigma * m, (m, t + 1)
