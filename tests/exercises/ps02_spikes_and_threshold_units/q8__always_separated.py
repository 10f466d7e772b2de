# mark 2/3: says that everything can be separated
def perceptron(x, t, passes):
    X = np.hstack([x, np.ones((len(x), 1))])
    w, mistakes = np.zeros(X.shape[1]), 0
    for _ in range(passes):
        before = mistakes
        for row, label in zip(X, t):
            if label * (w @ row) <= 0:
                w = w + label * row
                mistakes += 1
        if mistakes == before:
            break
    return w, mistakes, True
