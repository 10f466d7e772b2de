# mark 3/3: right, the libraries' form, translated back at the end
def nesterov(gradient, theta, steps, rate, mu):
    phi, v, asked = theta, 0 * theta, []
    for _ in range(steps):
        asked.append(phi)
        g = gradient(phi)
        v = mu * v + g
        phi = phi - rate * (g + mu * v)
    return phi + rate * mu * v, np.array(asked).reshape(steps, len(theta))
