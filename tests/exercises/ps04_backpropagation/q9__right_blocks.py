# mark 3/3: right, block by block
def lstm_step_backward(p, x, h, c, grad_h, grad_c):
    H = c.shape[1]
    W, U, b = (p[k].reshape(4, H, -1) for k in ("W", "U", "b"))
    s = [x @ W[k].T + h @ U[k].T + b[k].T for k in range(4)]
    i, f, o = (0.5 * (1 + np.tanh(s[k] / 2)) for k in (0, 1, 3))
    g = np.tanh(s[2])
    t = np.tanh(f * c + i * g)
    down = grad_c + grad_h * o / np.cosh(f * c + i * g) ** 2
    d = np.stack(
        [down * g * i * (1 - i), down * c * f * (1 - f), down * i * (1 - g * g)]
        + [grad_h * t * o * (1 - o)]
    )
    return {
        "x": np.einsum("knh,khd->nd", d, W),
        "h": np.einsum("knh,khj->nj", d, U),
        "c": down * f,
        "W": np.einsum("knh,nd->khd", d, x).reshape(4 * H, -1),
        "U": np.einsum("knh,nj->khj", d, h).reshape(4 * H, -1),
        "b": d.sum(axis=1).ravel(),
    }
