# mark 0/2: the candidate through the logistic function
def lstm_step(p, x, h, c):
    s = x @ p["W"].T + h @ p["U"].T + p["b"]
    i, f, g, o = np.split(s, 4, axis=1)
    i, f, g, o = (1 / (1 + np.exp(-z)) for z in (i, f, g, o))
    c = f * c + i * g
    return o * np.tanh(c), c
