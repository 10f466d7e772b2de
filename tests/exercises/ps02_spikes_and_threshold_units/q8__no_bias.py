# mark 0/3: the 1 is forgotten
def perceptron(x, t, passes):
    w, mistakes = np.zeros(x.shape[1]), 0
    for _ in range(passes):
        before = mistakes
        for row, label in zip(x, t):
            if label * (w @ row) <= 0:
                w = w + label * row
                mistakes += 1
        if mistakes == before:
            return np.append(w, 0.0), mistakes, True
    return np.append(w, 0.0), mistakes, False
