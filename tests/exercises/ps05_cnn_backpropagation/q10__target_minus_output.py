# mark 1/3: the residual's sign: the gradients point uphill
def loss_and_gradients(params, X, T):
    p = params
    s1 = conv_forward(X, p["K1"], p["b1"], stride=2, padding=1)
    y1 = np.tanh(s1)
    y2, winner = maxpool_forward(y1, 2, 1)
    y3 = np.tanh(conv_forward(y2, p["K2"], p["b2"]))
    flat = y3.reshape(len(X), -1)
    y = flat @ p["W"].T + p["b"]
    r = T - y
    g3 = grad_from_dense(p["W"], r, y3.shape[1:])
    delta3 = g3 * (1 - y3**2)
    grad_K2, grad_b2 = conv_grad_kernel(y2, delta3, p["K2"].shape[2:])
    g2 = conv_grad_input(delta3, p["K2"], y2.shape[2:])
    g1 = maxpool_backward(g2, winner, y1.shape)
    delta1 = g1 * (1 - y1**2)
    grad_K1, grad_b1 = conv_grad_kernel(X, delta1, p["K1"].shape[2:], 2, 1)
    grads = {"K1": grad_K1, "b1": grad_b1, "K2": grad_K2, "b2": grad_b2}
    return np.sum(r**2) / 2, grads | {"W": r.T @ flat, "b": r.sum(axis=0)}
