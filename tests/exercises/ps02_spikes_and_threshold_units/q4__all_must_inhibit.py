# mark 0/2: silent only if all inhibitory inputs are active
def mcculloch_pitts(x, excitatory, inhibitory, threshold):
    silenced = x[:, inhibitory].all(axis=1)
    excited = x[:, excitatory].sum(axis=1) >= threshold
    return (excited & ~silenced).astype(int)
