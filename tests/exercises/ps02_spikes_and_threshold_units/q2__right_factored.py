# mark 3/3: right, the formula sorted by terms, an array filled
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    path = np.zeros(len(current))
    spikes, V, listens = [], 0.0, 0
    for k in range(len(current)):
        if k < listens:
            continue
        V = V * keep + R * current[k] * (1 - keep)
        if V >= theta:
            spikes.append(k)
            V, listens = 0.0, k + deaf + 1
        path[k] = V
    return path, np.array(spikes)
