# mark 2/3: asks for the gradient at the start only
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    path, v = [theta], np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(theta)
        v = mu * v + g
        path.append(path[-1] - rates * (g + mu * v))
    return np.array(path), np.mean(rates)
