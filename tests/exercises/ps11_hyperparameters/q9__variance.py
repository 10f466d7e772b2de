# mark 1/2: no root
def transfer_gain(trained, untrained):
    d = trained - untrained
    return d.mean(), d.var(ddof=1) / len(d), int((d > 0).sum())
