# mark 3/3: right: the weighted mean written out, and finally
def range_test(train, save, restore, low, high, steps):
    snapshot = save()
    losses, rates, smooth = [], [], []
    try:
        for k in range(steps):
            rate = low * (high / low) ** (k / (steps - 1))
            losses.append(train(rate))
            weights = 0.9 ** np.arange(k + 1)[::-1]
            s = float(weights @ losses / weights.sum())
            border = 4 * min(smooth) if smooth else 1e300
            if not s <= border:
                break
            rates.append(rate)
            smooth.append(s)
    finally:
        restore(snapshot)
    return rates, smooth
