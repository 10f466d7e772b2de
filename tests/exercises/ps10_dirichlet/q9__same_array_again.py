# mark 1/3: changes one array, so that all rows of the path are the last
def race(gradient, theta, rate, alpha, mu, steps):
    rates = rate / trigamma(alpha)
    point, path, v = theta.copy(), [], np.zeros(len(theta))
    path.append(point)
    for _ in range(steps):
        g = gradient(point)
        v = mu * v + g
        point -= rates * (g + mu * v)
        path.append(point)
    return np.array(path), np.mean(rates)
