# mark 1/2: a cost of 0 counts as no cost yet
def cheapest(curves, ticks, goal):
    best = (None, None)
    for name, errors in curves.items():
        there = [epoch for epoch, error in enumerate(errors) if error <= goal]
        if there and (not best[1] or there[0] * ticks[name] < best[1]):
            best = (name, there[0] * ticks[name])
    return best
