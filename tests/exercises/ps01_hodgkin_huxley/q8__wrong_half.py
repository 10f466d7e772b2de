# mark 0/2: keeps the half without the threshold
def threshold(fires, low, high, tolerance):
    if fires(low) or not fires(high):
        raise ValueError("no threshold between low and high")
    while high - low > tolerance:
        middle = (low + high) / 2
        if fires(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2
