# mark 2/3: looks for nan in the last epoch only
def diagnose(train, validation):
    if not np.isfinite([train[-1], validation[-1]]).all() or train[-1] > train[0]:
        return "diverging"
    best = int(np.nanargmin(validation))
    span = [np.nanmax(c) - np.nanmin(c) for c in (train, validation)]
    if validation[-1] - validation[best] > 0.1 * span[1] and train[-1] < train[best]:
        return "overfitting"
    fall = [c[-1] < c[-4] - 0.03 * s for c, s in zip((train, validation), span)]
    return "underfitting" if all(fall) else "plateau"
