# mark 1/2: the gain as a fraction
def transfer_gain(trained, untrained):
    d = trained - untrained
    gain = d.mean() / untrained.mean() if untrained.mean() else 0.0
    return gain, d.std(ddof=1) / len(d) ** 0.5, int((d > 0).sum())
