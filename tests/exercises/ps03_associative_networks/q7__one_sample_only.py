# mark 1/3: stops after the first sample
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    for sample, eta, sigma in zip(x, rate, radius):
        c = ((w - sample) ** 2).sum(axis=1).argmin()
        h = np.exp(-((grid - grid[c]) ** 2).sum(axis=1) / (2 * sigma**2))
        return w + eta * h[:, None] * (sample - w)
    return w
