# mark 1/2: columns in neither list excite too
def mcculloch_pitts(x, excitatory, inhibitory, threshold):
    silenced = x[:, inhibitory].any(axis=1)
    return ((x.sum(axis=1) >= threshold) & ~silenced).astype(int)
