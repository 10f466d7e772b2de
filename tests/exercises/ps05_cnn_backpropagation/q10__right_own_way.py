# mark 3/3: right, as two matrices per convolution and a mask
def loss_and_gradients(params, X, T):
    def columns(x, f, t):
        view = np.lib.stride_tricks.sliding_window_view(x, (f, f), axis=(2, 3))
        return view[:, :, ::t, ::t].transpose(0, 2, 3, 1, 4, 5)

    K1, b1, K2, b2, W, b = (params[k] for k in ("K1", "b1", "K2", "b2", "W", "b"))
    wide = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1)))
    C1, f, g = columns(wide, K1.shape[2], 2), K1.shape[2], K2.shape[2]
    y1 = np.tanh(np.einsum("nuvcij,ocij->nouv", C1, K1) + b1[:, None, None])
    four = [y1[:, :, i : y1.shape[2] - 1 + i, j : y1.shape[3] - 1 + j]
            for i in (0, 1) for j in (0, 1)]  # fmt: skip
    y2, who = np.max(four, axis=0), np.argmax(four, axis=0)
    C2 = columns(y2, g, 1)
    y3 = np.tanh(np.einsum("nuvcij,ocij->nouv", C2, K2) + b2[:, None, None])
    flat = y3.reshape(len(X), -1)
    r = flat @ W.T + b - T
    d3 = (r @ W).reshape(y3.shape) * (1 - y3**2)
    d2, d1 = np.zeros_like(y2), np.zeros_like(y1)
    for u, v in np.ndindex(*y3.shape[2:]):
        part = np.einsum("no,ocij->ncij", d3[:, :, u, v], K2)
        d2[:, :, u : u + g, v : v + g] += part
    for k in range(4):
        i, j = divmod(k, 2)
        d1[:, :, i : d1.shape[2] - 1 + i, j : d1.shape[3] - 1 + j] += d2 * (who == k)
    d1 *= 1 - y1**2
    return float((r * r).sum() / 2), {
        "K1": np.einsum("nouv,nuvcij->ocij", d1, C1),
        "b1": np.einsum("nouv->o", d1),
        "K2": np.einsum("nouv,nuvcij->ocij", d3, C2),
        "b2": np.einsum("nouv->o", d3),
        "W": np.einsum("nk,nf->kf", r, flat),
        "b": np.einsum("nk->k", r),
    }
