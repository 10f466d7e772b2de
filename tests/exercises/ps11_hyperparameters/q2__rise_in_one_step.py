# mark 1/2: 10 % above the loss before, not above the lowest so far
def read_off(rates, smooth):
    tenth = rates[int(np.argmin(smooth))] / 10
    for k in range(1, len(smooth)):
        if smooth[k] > 1.1 * smooth[k - 1]:
            return tenth, rates[k - 1]
    return tenth, None
