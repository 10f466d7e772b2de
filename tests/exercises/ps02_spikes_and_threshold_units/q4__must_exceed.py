# mark 1/2: more than the threshold instead of at least
def mcculloch_pitts(x, excitatory, inhibitory, threshold):
    silenced = x[:, inhibitory].any(axis=1)
    excited = x[:, excitatory].sum(axis=1) > threshold
    return (excited & ~silenced).astype(int)
