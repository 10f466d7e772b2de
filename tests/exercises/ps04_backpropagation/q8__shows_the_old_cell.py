# mark 1/2: the output gate shows the old cell
def lstm_step(p, x, h, c):
    s = x @ p["W"].T + h @ p["U"].T + p["b"]
    i, f, g, o = np.split(s, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    return o * np.tanh(c), f * c + i * np.tanh(g)
