# mark 2/3: calls the race at equal printed rates fair
def race(gradient, theta, rate, alpha, mu, steps):
    path, v = [theta], np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(path[-1])
        v = mu * v + g
        path.append(path[-1] - rate * (g + mu * v) / trigamma(alpha))
    return np.array(path), rate
