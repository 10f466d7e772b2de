# mark 1/2: compares with the smallest of all losses, later ones as well
def read_off(rates, smooth):
    best = int(np.argmin(smooth))
    for k in range(best + 1, len(smooth)):
        if smooth[k] > 1.1 * smooth[best]:
            return rates[best] / 10, rates[k - 1]
    return rates[best] / 10, None
