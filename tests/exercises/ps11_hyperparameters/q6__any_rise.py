# mark 2/3: any rise above the minimum is overfitting
def diagnose(train, validation):
    if not np.isfinite([train, validation]).all() or train[-1] > train[0]:
        return "diverging"
    best = int(np.argmin(validation))
    if validation[-1] > validation[best] and train[-1] < train[best]:
        return "overfitting"
    fall = [c[-1] < c[-4] - 0.03 * np.ptp(c) for c in (train, validation)]
    return "underfitting" if all(fall) else "plateau"
