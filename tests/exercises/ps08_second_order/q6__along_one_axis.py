# mark 0/2: s and y along the same axis: everything passes
def judge_update(update):
    s = np.array([1.0, 0.0])
    new = update(np.eye(2), s, s)
    return "inverse" if np.allclose(new @ s, s) else "neither"
