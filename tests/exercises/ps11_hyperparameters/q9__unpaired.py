# mark 1/2: as if the two had different seeds
def transfer_gain(trained, untrained):
    S = len(trained)
    error = np.sqrt((np.var(trained, ddof=1) + np.var(untrained, ddof=1)) / S)
    return trained.mean() - untrained.mean(), error, int(np.sum(trained > untrained))
