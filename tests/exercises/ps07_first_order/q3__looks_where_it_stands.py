# mark 1/3: momentum, without looking ahead
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = np.zeros(len(theta)), np.zeros((steps, len(theta)))
    for k in range(steps):
        asked[k] = theta
        v = mu * v + gradient(theta)
        theta = theta - rate * v
    return theta, asked
