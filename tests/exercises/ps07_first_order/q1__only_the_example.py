# mark 0/2: the visible example hard-coded
def rates(H):
    return 0.2, 2 / 11, 9 / 11
