# mark 2/3: mistakes of the last pass only
def perceptron(x, t, passes):
    X = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(X.shape[1])
    for _ in range(passes):
        mistakes = 0
        for row, label in zip(X, t):
            if label * (w @ row) <= 0:
                w = w + label * row
                mistakes += 1
        if mistakes == 0:
            return w, mistakes, True
    return w, mistakes, False
