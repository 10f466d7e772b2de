# mark 2/3: moves the trunk, then fits the head to the new features
def hybrid_epoch(a, b, state, x, t, widths, rate, order):
    y, delta, _ = head_pass(b, trunk_forward(a, x), widths)
    grad_Z = handed_over(delta, y - t, head_weights(b, widths)[0])
    a, state = adam_step(a, trunk_backward(a, x, grad_Z), state, rate)
    Z = trunk_forward(a, x)
    y, _, J = head_pass(b, Z, widths)
    new, lam, _ = damped_search(
        lambda head: 0.5 * np.sum((head_pass(head, Z, widths)[0] - t) ** 2),
        *(b, J, (y - t).ravel(), state["lam"], 10),
    )
    E = 0.5 * np.sum((head_pass(new, Z, widths)[0] - t) ** 2)
    return a, new, {**state, "lam": lam}, E
