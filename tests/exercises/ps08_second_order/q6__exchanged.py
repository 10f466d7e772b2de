# mark 0/2: the two words exchanged
def judge_update(update):
    draw = np.random.default_rng(1)
    inverse = hessian = True
    for _ in range(10):
        M = draw.normal(size=(3, 3))
        s, y = draw.normal(size=(2, 3))
        y = y if s @ y > 0 else -y
        new = update(M @ M.T + np.eye(3), s, y)
        inverse = inverse and np.allclose(new @ y, s)
        hessian = hessian and np.allclose(new @ s, y)
    return "hessian" if inverse else "inverse" if hessian else "neither"
