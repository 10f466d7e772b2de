# mark 1/2: takes the minimum for the edge
def read_off(rates, smooth):
    best = int(np.argmin(smooth))
    return rates[best] / 10, rates[best]
