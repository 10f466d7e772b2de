# mark 0/2: lets i count the weights
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(1, sum(sizes) + 1)
    if (alpha <= 0).any():
        return None
    return rate / trigamma(alpha)
