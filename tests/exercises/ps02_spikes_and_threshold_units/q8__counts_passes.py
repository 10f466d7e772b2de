# mark 2/3: the number of passes instead of mistakes
def perceptron(x, t, passes):
    X = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(X.shape[1])
    for n in range(1, passes + 1):
        moved = False
        for row, label in zip(X, t):
            if label * (w @ row) <= 0:
                w = w + label * row
                moved = True
        if not moved:
            return w, n, True
    return w, passes, False
