# mark 2/3: an infinite loss at the start is taken for a loss
def range_test(train, save, restore, low, high, steps):
    snapshot = save()
    rates, smooth, mean = [], [], 0.0
    for k, rate in enumerate(np.geomspace(low, high, steps)):
        mean = 0.9 * mean + 0.1 * train(rate)
        s = mean / (1 - 0.9 ** (k + 1))
        if np.isnan(s) or (smooth and s > 4 * min(smooth)):
            break
        rates.append(rate)
        smooth.append(s)
    restore(snapshot)
    return np.array(rates), np.array(smooth)
