# mark 1/2: never asks whether low is silent and high fires
def threshold(fires, low, high, tolerance):
    while high - low > tolerance:
        middle = (low + high) / 2
        if fires(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2
