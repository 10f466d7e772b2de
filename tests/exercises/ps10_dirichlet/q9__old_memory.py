# mark 1/3: takes the old v
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    path, v = [theta], np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(path[-1])
        path.append(path[-1] - rates * (g + mu * v))
        v = mu * v + g
    return np.array(path), np.mean(rates)
