# mark 1/3: the libraries' form, whose theta is the point ahead
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = np.zeros(len(theta)), np.zeros((steps, len(theta)))
    for k in range(steps):
        asked[k] = theta
        g = gradient(theta)
        v = mu * v + g
        theta = theta - rate * (g + mu * v)
    return theta, asked
