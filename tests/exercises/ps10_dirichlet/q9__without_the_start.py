# mark 0/3: forgets the start
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    path, v = [], np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(theta)
        v = mu * v + g
        theta = theta - rates * (g + mu * v)
        path.append(theta)
    return np.array(path), np.mean(rates)
