# mark 1/2: exactly the goal is not enough
def cheapest(curves, ticks, goal):
    best = (None, None)
    for name, errors in curves.items():
        for epoch, error in enumerate(errors):
            if error < goal:
                if best[0] is None or epoch * ticks[name] < best[1]:
                    best = (name, epoch * ticks[name])
                break
    return best
