# mark 1/2: S where S - 1 belongs
def transfer_gain(trained, untrained):
    d = trained - untrained
    return d.mean(), d.std() / np.sqrt(len(d)), int((d > 0).sum())
