# mark 2/3: right, but theta -= moves the caller's start
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = np.zeros(len(theta)), np.zeros((steps, len(theta)))
    for k in range(steps):
        asked[k] = theta - rate * mu * v
        v = mu * v + gradient(asked[k])
        theta -= rate * v
    return theta, asked
