# mark 1/3: the previous gradient, as printed
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    path, v, old = [theta], np.zeros(len(theta)), np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(path[-1])
        v = mu * v + g
        path.append(path[-1] - rates * (old + mu * v))
        old = g
    return np.array(path), np.mean(rates)
