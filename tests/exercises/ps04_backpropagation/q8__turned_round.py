# mark 0/2: returns (new_c, new_h)
def lstm_step(p, x, h, c):
    s = x @ p["W"].T + h @ p["U"].T + p["b"]
    i, f, g, o = np.split(s, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = f * c + i * np.tanh(g)
    return c, o * np.tanh(c)
