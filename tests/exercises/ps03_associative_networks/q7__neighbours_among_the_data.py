# mark 0/3: neighbours are those with similar weights
def som_train(w, grid, x, rate, radius):
    w = np.array(w, dtype=float)
    for sample, eta, sigma in zip(x, rate, radius):
        c = ((w - sample) ** 2).sum(axis=1).argmin()
        d = ((w - w[c]) ** 2).sum(axis=1)
        h = np.exp(-d / (2 * sigma**2))
        w = w + eta * h[:, None] * (sample - w)
    return w
