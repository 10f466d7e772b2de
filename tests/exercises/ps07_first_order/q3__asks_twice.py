# mark 2/3: asks here and ahead
def nesterov(gradient, theta, steps, rate, mu):
    v, asked = np.zeros(len(theta)), np.zeros((steps, len(theta)))
    for k in range(steps):
        gradient(theta)
        asked[k] = theta - rate * mu * v
        v = mu * v + gradient(asked[k])
        theta = theta - rate * v
    return theta, asked
