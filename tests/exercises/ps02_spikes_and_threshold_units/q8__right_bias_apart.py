# mark 3/3: right, the bias kept apart from the weights
def perceptron(x, t, passes):
    w, b, mistakes, clean = np.zeros(x.shape[1]), 0.0, 0, False
    while passes and not clean:
        clean, passes = True, passes - 1
        for k in range(len(x)):
            if t[k] * (x[k].dot(w) + b) <= 0:
                w, b = w + t[k] * x[k], b + t[k]
                mistakes, clean = mistakes + 1, False
    return [*w, b], mistakes, clean
