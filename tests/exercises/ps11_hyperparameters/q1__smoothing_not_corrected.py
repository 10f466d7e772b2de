# mark 2/3: forgets to divide by the sum of the weights
def range_test(train, save, restore, low, high, steps):
    snapshot, rates, smooth, mean = save(), [], [], 0.0
    for rate in np.geomspace(low, high, steps):
        loss = train(rate)
        mean = 0.9 * mean + 0.1 * loss if smooth else loss
        if not np.isfinite(mean) or (smooth and mean > 4 * min(smooth)):
            break
        rates.append(rate)
        smooth.append(mean)
    restore(snapshot)
    return np.array(rates), np.array(smooth)
