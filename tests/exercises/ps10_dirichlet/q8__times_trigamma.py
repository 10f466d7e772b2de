# mark 1/2: multiplies by trigamma
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(1, len(sizes) + 1)
    if (alpha <= 0).any():
        return None
    return np.repeat(rate * trigamma(alpha), sizes)
