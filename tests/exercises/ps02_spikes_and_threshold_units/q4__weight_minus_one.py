# mark 1/2: inhibition as a weight of -1
def mcculloch_pitts(x, excitatory, inhibitory, threshold):
    s = x[:, excitatory].sum(axis=1) - x[:, inhibitory].sum(axis=1)
    return (s >= threshold).astype(int)
