# mark 1/3: dates in ms instead of the numbers of the steps
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, wait, path, spikes = 0.0, 0, [], []
    for k, I in enumerate(current):
        if wait > 0:
            wait -= 1
        else:
            V = R * I + (V - R * I) * keep
            if V >= theta:
                spikes.append(k * dt)
                V, wait = 0.0, deaf
        path.append(V)
    return np.array(path), spikes
