# mark 1/2: one question decides
def judge_update(update):
    s, y = np.array([1.0, 0.5]), np.array([0.3, 1.0])
    new = update(np.array([[2.0, 0.5], [0.5, 1.0]]), s, y)
    if np.allclose(new @ y, s):
        return "inverse"
    return "hessian" if np.allclose(new @ s, y) else "neither"
