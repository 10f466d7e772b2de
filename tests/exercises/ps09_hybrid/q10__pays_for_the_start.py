# mark 0/2: counts the start as an epoch
def cheapest(curves, ticks, goal):
    best = (None, None)
    for name, errors in curves.items():
        for epoch, error in enumerate(errors, 1):
            if error <= goal:
                if best[0] is None or epoch * ticks[name] < best[1]:
                    best = (name, epoch * ticks[name])
                break
    return best
