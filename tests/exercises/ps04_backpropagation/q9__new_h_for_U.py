# mark 2/3: the new state in the place of the old one
def lstm_step_backward(p, x, h, c, grad_h, grad_c):
    s = x @ p["W"].T + h @ p["U"].T + p["b"]
    i, f, g, o = np.split(s, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    cell = grad_c + grad_h * o * (1 - shown**2)
    delta = np.concatenate(
        [
            cell * g * i * (1 - i),
            cell * c * f * (1 - f),
            cell * i * (1 - g**2),
            grad_h * shown * o * (1 - o),
        ],
        axis=1,
    )
    return {
        "x": delta @ p["W"],
        "h": delta @ p["U"],
        "c": cell * f,
        "W": delta.T @ x,
        "U": delta.T @ (o * shown),
        "b": delta.sum(axis=0),
    }
