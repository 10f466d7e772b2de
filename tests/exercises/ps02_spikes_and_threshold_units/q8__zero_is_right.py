# mark 0/3: a product of 0 is no mistake, so nothing ever moves
def perceptron(x, t, passes):
    X = np.hstack([x, np.ones((len(x), 1))])
    w, mistakes = np.zeros(X.shape[1]), 0
    for _ in range(passes):
        before = mistakes
        for row, label in zip(X, t):
            if label * (w @ row) < 0:
                w = w + label * row
                mistakes += 1
        if mistakes == before:
            return w, mistakes, True
    return w, mistakes, False
