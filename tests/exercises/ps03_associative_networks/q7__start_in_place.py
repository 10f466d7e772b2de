# mark 2/3: trains the caller's array
def som_train(w, grid, x, rate, radius):
    for sample, eta, sigma in zip(x, rate, radius):
        c = ((w - sample) ** 2).sum(axis=1).argmin()
        h = np.exp(-((grid - grid[c]) ** 2).sum(axis=1) / (2 * sigma**2))
        w += eta * h[:, None] * (sample - w)
    return w
