# mark 2/2: right, with pairs from random bowls
def judge_update(update):
    draw, holds = np.random.default_rng(7), {"inverse": [], "hessian": []}
    for n in (2, 3, 4, 5) * 4:
        U, _ = np.linalg.qr(draw.normal(size=(n, n)))
        H = (U * draw.uniform(0.5, 2, n)) @ U.T
        M = (U * draw.uniform(0.5, 2, n)) @ U.T
        s = draw.normal(size=n)
        y = H @ s
        new = np.asarray(update((M + M.T) / 2, s, y))
        holds["inverse"].append(np.linalg.norm(new @ y - s) < 1e-8)
        holds["hessian"].append(np.linalg.norm(new @ s - y) < 1e-8)
    for word, found in holds.items():
        if all(found):
            return word
    return "neither"
