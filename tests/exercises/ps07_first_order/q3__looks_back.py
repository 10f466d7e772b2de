# mark 1/3: the slide's plus sign
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = 0 * theta, []
    for _ in range(steps):
        asked.append(theta + rate * mu * v)
        v = mu * v + gradient(asked[-1])
        theta = theta - rate * v
    return theta, asked
