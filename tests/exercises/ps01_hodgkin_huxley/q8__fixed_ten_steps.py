# mark 0/2: ten halvings, whatever the tolerance
def threshold(fires, low, high, tolerance):
    if fires(low) or not fires(high):
        raise ValueError("no threshold between low and high")
    for _ in range(10):
        middle = (low + high) / 2
        if fires(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2
