# mark 1/2: notices that nothing fires, not that everything does
def threshold(fires, low, high, tolerance):
    if not fires(high):
        raise ValueError("high does not fire")
    while high - low > tolerance:
        middle = (low + high) / 2
        if fires(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2
