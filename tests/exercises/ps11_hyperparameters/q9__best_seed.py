# mark 1/2: the best seed of each
def transfer_gain(trained, untrained):
    d = trained - untrained
    error = d.std(ddof=1) / len(d) ** 0.5
    return trained.max() - untrained.max(), error, int((d > 0).sum())
