# mark 3/3: right: rates inside the memory
def race(gradient, theta, rate, alpha, mu, steps):
    rates = [rate / float(trigamma(a)) for a in alpha]
    path, v = [list(theta)], np.zeros(len(theta))
    for _ in range(steps):
        g = np.array(rates) * gradient(np.array(path[-1]))
        v = mu * v + g
        path.append(list(path[-1] - g - mu * v))
    return path, sum(rates) / len(rates)
