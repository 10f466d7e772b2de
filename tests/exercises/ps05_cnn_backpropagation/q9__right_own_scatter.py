# mark 3/3: right, without question 8 and with other formulas
def grad_from_dense(W, delta, shape):
    return np.einsum("nk,kchw->nchw", delta, np.reshape(W, (-1, *shape)))


def conv_delta_from_pool(g, winner, s, kind):
    delta = np.zeros((*s.shape[:2], s[0, 0].size))
    for n, c, u, v in np.ndindex(g.shape):
        delta[n, c, winner[n, c, u, v]] += g[n, c, u, v]
    delta = delta.reshape(s.shape)
    if kind == "linear":
        return delta
    return delta / np.cosh(s) ** 2 if kind == "tanh" else np.where(s <= 0, 0, delta)
