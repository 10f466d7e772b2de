# mark 1/2: the inhibitory inputs are not looked at
def mcculloch_pitts(x, excitatory, inhibitory, threshold):
    return (x[:, excitatory].sum(axis=1) >= threshold).astype(int)
