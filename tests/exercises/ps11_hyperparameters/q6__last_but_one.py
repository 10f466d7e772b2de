# mark 2/3: overfitting asks whether training still falls, not about the best epoch
def diagnose(train, validation):
    if not np.isfinite([train, validation]).all() or train[-1] > train[0]:
        return "diverging"
    risen = validation[-1] - validation.min() > 0.1 * np.ptp(validation)
    if risen and train[-1] < train[-2]:
        return "overfitting"
    fall = [c[-1] < c[-4] - 0.03 * np.ptp(c) for c in (train, validation)]
    return "underfitting" if all(fall) else "plateau"
