# mark 3/3: right: the mean over both labels written out
def natural_step(x, t, theta, rate, damping):
    F, g = damping * np.eye(len(theta)), np.zeros(len(theta))
    for row, label in zip(x, t, strict=True):
        y = 1 / (1 + np.exp(-row @ theta))
        for drawn, chance in ((0, 1 - y), (1, y)):
            score = (drawn - y) * row
            F = F + chance * np.outer(score, score) / len(x)
        g = g + (y - label) * row / len(x)
    return theta - rate * np.linalg.solve(F, g)
