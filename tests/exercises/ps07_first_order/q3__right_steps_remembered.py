# mark 3/3: right, remembers the step in place of v
def nesterov(gradient, theta, steps, rate, mu):
    step, asked = 0 * theta, []
    for _ in range(steps):
        ahead = theta + mu * step
        asked.append(ahead)
        step = mu * step - rate * gradient(ahead)
        theta = theta + step
    return theta, asked
