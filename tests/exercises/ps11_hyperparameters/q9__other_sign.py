# mark 1/2: untrained minus trained
def transfer_gain(trained, untrained):
    d = untrained - trained
    return d.mean(), d.std(ddof=1) / len(d) ** 0.5, int((d > 0).sum())
