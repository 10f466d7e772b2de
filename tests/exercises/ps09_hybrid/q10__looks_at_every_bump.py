# mark 0/2: the last time the error crosses the goal
def cheapest(curves, ticks, goal):
    best = (None, None)
    for name, errors in curves.items():
        cost = None
        for epoch in range(len(errors)):
            before = errors[epoch - 1] if epoch else float("inf")
            if errors[epoch] <= goal < before:
                cost = epoch * ticks[name]
        if cost is not None and (best[0] is None or cost < best[1]):
            best = (name, cost)
    return best
