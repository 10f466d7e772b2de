# mark 2/3: the exploded loss is in the result
def range_test(train, save, restore, low, high, steps):
    snapshot, rates, smooth, mean = save(), [], [], 0.0
    for k, rate in enumerate(np.geomspace(low, high, steps)):
        mean = 0.9 * mean + 0.1 * train(rate)
        rates.append(rate)
        smooth.append(mean / (1 - 0.9 ** (k + 1)))
        if not np.isfinite(smooth[-1]) or smooth[-1] > 4 * min(smooth):
            break
    restore(snapshot)
    return rates, smooth
