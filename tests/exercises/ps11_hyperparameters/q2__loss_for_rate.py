# mark 1/2: a tenth of the loss
def read_off(rates, smooth):
    for k in range(1, len(smooth)):
        if smooth[k] > 1.1 * min(smooth[:k]):
            return min(smooth) / 10, rates[k - 1]
    return min(smooth) / 10, None
