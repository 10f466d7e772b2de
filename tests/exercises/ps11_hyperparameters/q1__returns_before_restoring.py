# mark 2/3: puts the model back only if nothing exploded
def range_test(train, save, restore, low, high, steps):
    snapshot, rates, smooth, mean = save(), [], [], 0.0
    for k, rate in enumerate(np.geomspace(low, high, steps)):
        mean = 0.9 * mean + 0.1 * train(rate)
        s = mean / (1 - 0.9 ** (k + 1))
        if not np.isfinite(s) or (smooth and s > 4 * min(smooth)):
            return np.array(rates), np.array(smooth)
        rates.append(rate)
        smooth.append(s)
    restore(snapshot)
    return np.array(rates), np.array(smooth)
