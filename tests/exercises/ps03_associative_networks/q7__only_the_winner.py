# mark 0/3: online k-means: nobody else learns
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    for sample, eta, sigma in zip(x, rate, radius):
        c = ((w - sample) ** 2).sum(axis=1).argmin()
        d = ((grid - grid[c]) ** 2).sum(axis=1)
        h = 1.0 * (d == 0)
        w = w + eta * h[:, None] * (sample - w)
    return w
