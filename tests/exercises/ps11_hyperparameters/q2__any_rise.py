# mark 1/2: any rise above the loss before
def read_off(rates, smooth):
    tenth = rates[int(np.argmin(smooth))] / 10
    for k in range(1, len(smooth)):
        if smooth[k] > smooth[k - 1]:
            return tenth, rates[k - 1]
    return tenth, None
