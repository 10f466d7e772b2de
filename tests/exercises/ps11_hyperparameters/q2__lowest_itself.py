# mark 1/2: the rate of the lowest loss, not a tenth
def read_off(rates, smooth):
    for k in range(1, len(smooth)):
        if smooth[k] > 1.1 * min(smooth[:k]):
            return rates[int(np.argmin(smooth))], rates[k - 1]
    return rates[int(np.argmin(smooth))], None
