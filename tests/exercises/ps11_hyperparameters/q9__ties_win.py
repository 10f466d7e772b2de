# mark 1/2: a tie is a win
def transfer_gain(trained, untrained):
    d = trained - untrained
    return d.mean(), d.std(ddof=1) / len(d) ** 0.5, int((d >= 0).sum())
