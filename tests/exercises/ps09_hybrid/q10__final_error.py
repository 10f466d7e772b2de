# mark 1/2: only who ends below the goal has reached it
def cheapest(curves, ticks, goal):
    best = (None, None)
    for name, errors in curves.items():
        if errors[-1] <= goal:
            epoch = min(k for k, error in enumerate(errors) if error <= goal)
            if best[0] is None or epoch * ticks[name] < best[1]:
                best = (name, epoch * ticks[name])
    return best
