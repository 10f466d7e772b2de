# mark 1/2: right as long as somebody gets there
def cheapest(curves, ticks, goal):
    costs = {
        name: min(k for k, e in enumerate(errors) if e <= goal) * ticks[name]
        for name, errors in curves.items()
        if min(errors) <= goal
    }
    name = min(costs, key=costs.get)
    return name, costs[name]
