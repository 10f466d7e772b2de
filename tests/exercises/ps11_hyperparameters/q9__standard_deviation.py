# mark 1/2: the spread of one seed, not of the mean
def transfer_gain(trained, untrained):
    d = trained - untrained
    return d.mean(), d.std(ddof=1), int((d > 0).sum())
