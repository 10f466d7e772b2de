# mark 1/2: the rule of thumb alpha - 1/2
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(1, len(sizes) + 1)
    if (alpha <= 0).any():
        return None
    return np.repeat(rate * (alpha - 0.5), sizes)
