# mark 1/3: one falling curve is underfitting
def diagnose(train, validation):
    if not np.isfinite([train, validation]).all() or train[-1] > train[0]:
        return "diverging"
    best = int(np.argmin(validation))
    risen = validation[-1] - validation[best] > 0.1 * np.ptp(validation)
    if risen and train[-1] < train[best]:
        return "overfitting"
    fall = [c[-1] < c[-4] - 0.03 * np.ptp(c) for c in (train, validation)]
    return "underfitting" if any(fall) else "plateau"
