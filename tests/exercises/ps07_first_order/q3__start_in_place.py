# mark 0/3: theta -= moves the start, and the list holds one array many times
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = 0 * theta, []
    for _ in range(steps):
        theta -= rate * mu * v
        asked.append(theta)
        g = gradient(theta)
        v = mu * v + g
        theta -= rate * g
    return theta, np.array(asked).reshape(steps, -1)
