# mark 1/3: looks mu v ahead, without the rate
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = np.zeros(len(theta)), np.zeros((steps, len(theta)))
    for k in range(steps):
        asked[k] = theta - mu * v
        v = mu * v + gradient(asked[k])
        theta = theta - rate * v
    return theta, asked
