# mark 2/3: hands over the mean over the objects
def hybrid_epoch(a, b, state, x, t, widths, rate, order):
    Z = trunk_forward(a, x)
    y, delta, J = head_pass(b, Z, widths)
    new, lam, _ = damped_search(
        lambda head: 0.5 * np.sum((head_pass(head, Z, widths)[0] - t) ** 2),
        *(b, J, (y - t).ravel(), state["lam"], 10),
    )
    giver = b
    if order == "sequential":
        giver, (y, delta, _) = new, head_pass(new, Z, widths)
    grad_Z = handed_over(delta, (y - t) / len(x), head_weights(giver, widths)[0])
    a, state = adam_step(a, trunk_backward(a, x, grad_Z), {**state, "lam": lam}, rate)
    E = 0.5 * np.sum((head_pass(new, trunk_forward(a, x), widths)[0] - t) ** 2)
    return a, new, state, E
