# mark 3/3: right, with loops and lists
def som_train(w, grid, x, rate, radius):
    w = [[float(k) for k in row] for row in w]
    for t in range(len(x)):
        gaps = [sum((a - b) ** 2 for a, b in zip(x[t], row)) for row in w]
        c = gaps.index(min(gaps))
        for j, row in enumerate(w):
            near = sum((a - b) ** 2 for a, b in zip(grid[j], grid[c]))
            h = rate[t] * np.exp(-near / 2 / radius[t] ** 2)
            w[j] = [v + h * (a - v) for v, a in zip(row, x[t])]
    return w
