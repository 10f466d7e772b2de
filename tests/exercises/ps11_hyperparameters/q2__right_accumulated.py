# mark 2/2: right: the running minimum by NumPy
def read_off(rates, smooth):
    lowest = np.minimum.accumulate(smooth)
    risen = np.flatnonzero(smooth[1:] > 1.1 * lowest[:-1])
    edge = float(rates[risen[0]]) if len(risen) else None
    return float(rates[np.argmin(smooth)]) / 10, edge
