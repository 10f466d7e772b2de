# mark 2/2: right: math and a loop
def decibels(outputs, t):
    import math

    sums = [float(((y - t) ** 2).sum()) for y in outputs]
    errors = [10 * math.log10(s / sums[0]) for s in sums]
    level = -10 * math.log10(4 * t.shape[0] * t.shape[1])
    for epoch, error in enumerate(errors):
        if error <= level:
            return errors, level, epoch
    return errors, level, -1
