# mark 1/2: computes a rate where there is no law
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(1, len(sizes) + 1)
    return np.repeat(rate / trigamma(alpha), sizes)
