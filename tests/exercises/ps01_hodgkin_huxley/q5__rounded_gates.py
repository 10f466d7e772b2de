# mark 0/2: the hard-coded values of many programs
def rest(I):
    return -65.0, 0.32, 0.05, 0.6
