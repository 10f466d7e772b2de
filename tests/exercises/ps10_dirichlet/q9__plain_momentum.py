# mark 1/3: momentum without Nesterov
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    path, v = [theta], np.zeros(len(theta))
    for _ in range(steps):
        v = mu * v + gradient(path[-1])
        path.append(path[-1] - rates * v)
    return np.array(path), np.mean(rates)
