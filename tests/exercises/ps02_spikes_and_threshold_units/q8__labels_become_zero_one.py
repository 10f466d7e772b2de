# mark 2/3: overwrites the labels of the caller
def perceptron(x, t, passes):
    X = np.hstack([x, np.ones((len(x), 1))])
    t[t < 0] = 0
    w, mistakes = np.zeros(X.shape[1]), 0
    for _ in range(passes):
        before = mistakes
        for row, label in zip(X, t):
            s = w @ row
            if label == 1 and s <= 0:
                w, mistakes = w + row, mistakes + 1
            elif label == 0 and s >= 0:
                w, mistakes = w - row, mistakes + 1
        if mistakes == before:
            return w, mistakes, True
    return w, mistakes, False
