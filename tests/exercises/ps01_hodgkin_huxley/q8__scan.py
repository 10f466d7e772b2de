# mark 0/2: tries every current from low to high
def threshold(fires, low, high, tolerance):
    if fires(low) or not fires(high):
        raise ValueError("no threshold between low and high")
    I = low
    while not fires(I):
        I += tolerance
    return I
