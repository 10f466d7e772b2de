# mark 1/2: subtracts in the caller's array
def transfer_gain(trained, untrained):
    trained -= untrained
    error = trained.std(ddof=1) / len(trained) ** 0.5
    return trained.mean(), error, int((trained > 0).sum())
