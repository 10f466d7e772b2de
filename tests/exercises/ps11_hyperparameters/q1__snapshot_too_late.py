# mark 2/3: saves after the first step
def range_test(train, save, restore, low, high, steps):
    rates, smooth, mean, snapshot = [], [], 0.0, None
    for k, rate in enumerate(np.geomspace(low, high, steps)):
        mean = 0.9 * mean + 0.1 * train(rate)
        if k == 0:
            snapshot = save()
        s = mean / (1 - 0.9 ** (k + 1))
        if not np.isfinite(s) or (smooth and s > 4 * min(smooth)):
            break
        rates.append(rate)
        smooth.append(s)
    restore(snapshot)
    return np.array(rates), np.array(smooth)
