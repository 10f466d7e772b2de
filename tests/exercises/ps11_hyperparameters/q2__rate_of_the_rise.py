# mark 1/2: the rate at which it has risen
def read_off(rates, smooth):
    tenth = rates[int(np.argmin(smooth))] / 10
    for k in range(1, len(smooth)):
        if smooth[k] > 1.1 * min(smooth[:k]):
            return tenth, rates[k]
    return tenth, None
