# mark 0/2: one rate for each array, not for each weight
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(1, len(sizes) + 1)
    if (alpha <= 0).any():
        return None
    return rate / trigamma(alpha)
