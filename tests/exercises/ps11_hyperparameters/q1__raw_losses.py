# mark 2/3: does not smooth
def range_test(train, save, restore, low, high, steps):
    snapshot, rates, losses = save(), [], []
    for rate in np.geomspace(low, high, steps):
        loss = train(rate)
        if not np.isfinite(loss) or (losses and loss > 4 * min(losses)):
            break
        rates.append(rate)
        losses.append(loss)
    restore(snapshot)
    return np.array(rates), np.array(losses)
