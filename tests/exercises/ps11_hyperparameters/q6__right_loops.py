# mark 3/3: right: in plain Python
def diagnose(train, validation):
    import math

    t, v = [float(x) for x in train], [float(x) for x in validation]
    if not all(map(math.isfinite, t + v)) or t[-1] > t[0]:
        return "diverging"
    k = v.index(min(v))
    if v[-1] - v[k] > (max(v) - min(v)) / 10 and t[-1] < t[k]:
        return "overfitting"
    for c in (t, v):
        if not c[-4] - c[-1] > 0.03 * (max(c) - min(c)):
            return "plateau"
    return "underfitting"
