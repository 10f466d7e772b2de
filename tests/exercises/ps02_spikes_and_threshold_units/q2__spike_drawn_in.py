# mark 1/3: leaves the spike in V and resets one step later
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, wait, path, spikes = 0.0, 0, [], []
    for k, I in enumerate(current):
        if wait > 0:
            wait -= 1
            V = 0.0
        else:
            V = R * I + (V - R * I) * keep
            if V >= theta:
                spikes.append(k)
                wait = deaf
        path.append(V)
    return np.array(path), spikes
