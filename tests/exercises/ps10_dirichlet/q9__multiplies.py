# mark 1/3: multiplies by trigamma; right for the alpha where it is one
def race(gradient, theta, rate, alpha, mu, steps):
    path, v = [theta], np.zeros(len(theta))
    for _ in range(steps):
        g = gradient(path[-1])
        v = mu * v + g
        path.append(path[-1] - rate * trigamma(alpha) * (g + mu * v))
    return np.array(path), np.mean(rate / trigamma(alpha))
