# mark 0/2: one success among many is enough, and y times s may be negative
def judge_update(update):
    draw = np.random.default_rng(1)
    found = "neither"
    for _ in range(10):
        M = draw.normal(size=(1, 1))
        s, y = draw.normal(size=(2, 1))
        new = update(M @ M.T, s, y)
        if np.allclose(new @ y, s, rtol=0.1):
            found = "inverse"
        elif np.allclose(new @ s, y, rtol=0.1):
            found = "hessian"
    return found
