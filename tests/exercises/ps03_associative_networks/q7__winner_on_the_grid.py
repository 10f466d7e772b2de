# mark 0/3: the nearest place on the grid wins, not the nearest weight
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    for sample, eta, sigma in zip(x, rate, radius):
        c = (
            ((grid[:, : len(sample)] - sample[:2]) ** 2).sum(axis=1).argmin()
            if len(sample) <= 2
            else 0
        )
        d = ((grid - grid[c]) ** 2).sum(axis=1)
        h = np.exp(-d / (2 * sigma**2))
        w = w + eta * h[:, None] * (sample - w)
    return w
