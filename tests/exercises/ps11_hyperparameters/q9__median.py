# mark 1/2: the median gain
def transfer_gain(trained, untrained):
    d = trained - untrained
    return np.median(d), d.std(ddof=1) / len(d) ** 0.5, int((d > 0).sum())
