# mark 1/3: reports the error before the trunk has moved, and only that
def hybrid_epoch(a, b, state, x, t, widths, rate, order):
    Z = trunk_forward(a, x)
    y, delta, J = head_pass(b, Z, widths)
    new, lam, _ = damped_search(
        lambda head: 0.5 * np.sum((head_pass(head, Z, widths)[0] - t) ** 2),
        *(b, J, (y - t).ravel(), state["lam"], 10),
    )
    E = 0.5 * np.sum((head_pass(new, Z, widths)[0] - t) ** 2)
    grad_Z = handed_over(delta, y - t, head_weights(b, widths)[0])
    a, state = adam_step(a, trunk_backward(a, x, grad_Z), {**state, "lam": lam}, rate)
    return a, new, state, E
