# mark 1/2: asks with the identity only
def judge_update(update):
    draw = np.random.default_rng(1)
    inverse = hessian = True
    for _ in range(10):
        s, y = draw.normal(size=(2, 3))
        if s @ y < 0:
            y = -y
        new = update(np.eye(3), s, y)
        inverse = inverse and np.allclose(new @ y, s)
        hessian = hessian and np.allclose(new @ s, y)
    return "inverse" if inverse else "hessian" if hessian else "neither"
