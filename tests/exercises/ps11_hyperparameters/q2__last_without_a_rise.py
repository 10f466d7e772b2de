# mark 1/2: calls the last rate the edge if nothing rises
def read_off(rates, smooth):
    tenth = rates[int(np.argmin(smooth))] / 10
    for k in range(1, len(smooth)):
        if smooth[k] > 1.1 * min(smooth[:k]):
            return tenth, rates[k - 1]
    return tenth, rates[-1]
