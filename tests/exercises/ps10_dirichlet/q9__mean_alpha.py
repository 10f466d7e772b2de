# mark 2/3: trigamma of the mean alpha
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    path, v = [theta], np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(path[-1])
        v = mu * v + g
        path.append(path[-1] - rates * (g + mu * v))
    return np.array(path), rate / float(trigamma(np.mean(alpha)))
