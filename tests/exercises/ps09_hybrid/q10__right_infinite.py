# mark 2/2: right: who never arrives pays an infinite price
def cheapest(curves, ticks, goal):
    def price(name):
        below = np.flatnonzero(np.asarray(curves[name]) <= goal)
        return float(below[0]) * ticks[name] if below.size else np.inf

    winner = min(curves, key=price)
    cost = price(winner)
    return [winner, cost] if np.isfinite(cost) else [None, None]
