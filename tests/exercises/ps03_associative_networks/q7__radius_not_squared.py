# mark 0/3: divides by the radius, not by its square
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    for sample, eta, sigma in zip(x, rate, radius):
        c = ((w - sample) ** 2).sum(axis=1).argmin()
        d = ((grid - grid[c]) ** 2).sum(axis=1)
        h = np.exp(-d / (2 * sigma))
        w = w + eta * h[:, None] * (sample - w)
    return w
