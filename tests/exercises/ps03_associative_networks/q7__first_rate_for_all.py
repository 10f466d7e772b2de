# mark 1/3: rate and radius of the first sample throughout
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    for sample in x:
        c = ((w - sample) ** 2).sum(axis=1).argmin()
        h = np.exp(-((grid - grid[c]) ** 2).sum(axis=1) / (2 * radius[0] ** 2))
        w += rate[0] * h[:, None] * (sample - w)
    return w
