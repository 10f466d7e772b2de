# mark 0/3: adds up the mistakes of a pass and changes w at its end
def perceptron(x, t, passes):
    X = np.hstack([x, np.ones((len(x), 1))])
    w, mistakes = np.zeros(X.shape[1]), 0
    for _ in range(passes):
        wrong = t * (X @ w) <= 0
        if not wrong.any():
            return w, mistakes, True
        w = w + (t[wrong, None] * X[wrong]).sum(axis=0)
        mistakes += int(wrong.sum())
    return w, mistakes, False
