# mark 3/3: right: its own search and its own chain rule
def hybrid_epoch(a, b, state, x, t, widths, rate, order):
    def error(trunk, head):
        return (
            np.sum((head_pass(head, trunk_forward(trunk, x), widths)[0] - t) ** 2) / 2
        )

    Z = trunk_forward(a, x)
    y, _, J = head_pass(b, Z, widths)
    r, lam, new = (y - t).ravel(), state["lam"], b
    for _ in range(10):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(b)), J.T @ r)
        if error(a, b + p) < r @ r / 2:
            new, lam = b + p, lam / 10
            break
        lam *= 10
    giver = {"simultaneous": b, "sequential": new}[order]
    y, delta, _ = head_pass(giver, Z, widths)
    grad_Z = np.einsum("nk,nkj,ji->ni", y - t, delta, head_weights(giver, widths)[0])
    after, moments = adam_step(a, trunk_backward(a, x, grad_Z), dict(state), rate)
    moments["lam"] = lam
    return after, new, moments, error(after, new)
