# mark 2/3: the range of a falling curve is first minus last
def diagnose(train, validation):
    if not np.isfinite([train, validation]).all() or train[-1] > train[0]:
        return "diverging"
    best = int(np.argmin(validation))
    risen = validation[-1] - validation[best] > 0.1 * np.ptp(validation)
    if risen and train[-1] < train[best]:
        return "overfitting"
    fall = [c[-1] < c[-4] - 0.03 * abs(c[0] - c[-1]) for c in (train, validation)]
    return "underfitting" if all(fall) else "plateau"
