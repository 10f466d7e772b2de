# mark 1/3: goes through all rates
def range_test(train, save, restore, low, high, steps):
    snapshot, smooth, mean = save(), [], 0.0
    rates = np.geomspace(low, high, steps)
    for k, rate in enumerate(rates):
        mean = 0.9 * mean + 0.1 * train(rate)
        smooth.append(mean / (1 - 0.9 ** (k + 1)))
    restore(snapshot)
    return rates, np.array(smooth)
