# mark 0/2: counts from zero
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(len(sizes))
    if (alpha <= 0).any():
        return None
    return np.repeat(rate / trigamma(alpha), sizes)
