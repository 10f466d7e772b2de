# mark 0/2: charges all epochs that were run
def cheapest(curves, ticks, goal):
    best = (None, None)
    for name, errors in curves.items():
        if min(errors) <= goal:
            cost = (len(errors) - 1) * ticks[name]
            if best[0] is None or cost < best[1]:
                best = (name, cost)
    return best
