# mark 0/3: returns the numbers of the visible check
def rates(V):
    return 0.05819767, 0.125, 0.22356372, 4.0, 0.07, 0.04742587
