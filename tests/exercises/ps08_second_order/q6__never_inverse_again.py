# mark 1/2: tells inverse from the rest, and calls the rest neither
def judge_update(update):
    draw = np.random.default_rng(1)
    for _ in range(10):
        M = draw.normal(size=(3, 3))
        s, y = draw.normal(size=(2, 3))
        y = y if s @ y > 0 else -y
        if not np.allclose(update(M @ M.T + np.eye(3), s, y) @ y, s):
            return "neither"
    return "inverse"
