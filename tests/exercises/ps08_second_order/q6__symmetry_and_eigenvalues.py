# mark 0/2: looks at symmetry and eigenvalues, which many wrong updates keep
def judge_update(update):
    draw = np.random.default_rng(1)
    M = draw.normal(size=(3, 3))
    s, y = draw.normal(size=(2, 3))
    y = y if s @ y > 0 else -y
    new = np.array(update(M @ M.T + np.eye(3), s, y))
    good = np.allclose(new, new.T) and np.linalg.eigvalsh(new)[0] > 0
    return "inverse" if good else "neither"
