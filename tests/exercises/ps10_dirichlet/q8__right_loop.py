# mark 2/2: right: a loop and a list
def effective_rates(rate, start, slope, sizes):
    rates = []
    for k, size in enumerate(sizes, start=1):
        alpha = start + slope * k
        if alpha <= 0:
            return None
        rates += size * [rate / float(trigamma(alpha))]
    return rates
