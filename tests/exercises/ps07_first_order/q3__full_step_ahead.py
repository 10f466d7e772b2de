# mark 0/3: looks a whole v ahead, without mu
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = np.zeros(len(theta)), np.zeros((steps, len(theta)))
    for k in range(steps):
        asked[k] = theta - rate * v
        v = mu * v + gradient(asked[k])
        theta = theta - rate * v
    return theta, asked
