# mark 2/3: the 1 goes to the front, so the bias is the first weight
def perceptron(x, t, passes):
    X = np.hstack([np.ones((len(x), 1)), x])
    w, mistakes = np.zeros(X.shape[1]), 0
    for _ in range(passes):
        before = mistakes
        for row, label in zip(X, t):
            if label * (w @ row) <= 0:
                w = w + label * row
                mistakes += 1
        if mistakes == before:
            return w, mistakes, True
    return w, mistakes, False
