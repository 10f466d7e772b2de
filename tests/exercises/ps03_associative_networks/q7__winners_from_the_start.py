# mark 2/3: all winners found before training begins
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    winners = [((w - sample) ** 2).sum(axis=1).argmin() for sample in x]
    for sample, c, eta, sigma in zip(x, winners, rate, radius):
        h = np.exp(-((grid - grid[c]) ** 2).sum(axis=1) / (2 * sigma**2))
        w += eta * h[:, None] * (sample - w)
    return w
