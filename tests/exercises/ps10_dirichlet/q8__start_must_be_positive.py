# mark 1/2: refuses a start that is never used
def effective_rates(rate, start, slope, sizes):
    alpha = start + slope * np.arange(len(sizes) + 1)
    if (alpha <= 0).any():
        return None
    return np.repeat(rate / trigamma(alpha[1:]), sizes)
