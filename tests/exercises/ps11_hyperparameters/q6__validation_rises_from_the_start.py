# mark 2/3: calls a risen validation loss divergence
def diagnose(train, validation):
    if not np.isfinite([train, validation]).all() or validation[-1] > validation[0]:
        return "diverging"
    if train[-1] > train[0]:
        return "diverging"
    best = int(np.argmin(validation))
    risen = validation[-1] - validation[best] > 0.1 * np.ptp(validation)
    if risen and train[-1] < train[best]:
        return "overfitting"
    fall = [c[-1] < c[-4] - 0.03 * np.ptp(c) for c in (train, validation)]
    return "underfitting" if all(fall) else "plateau"
