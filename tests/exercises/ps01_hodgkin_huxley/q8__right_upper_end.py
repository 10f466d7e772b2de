# mark 2/2: right, returns the upper end of the interval
import math


def threshold(fires, low, high, tolerance):
    if fires(low):
        raise ValueError("low fires already")
    if not fires(high):
        raise ValueError("high does not fire")
    for _ in range(max(0, math.ceil(math.log2((high - low) / tolerance)))):
        middle = low + (high - low) / 2
        low, high = (low, middle) if fires(middle) else (middle, high)
    return high
