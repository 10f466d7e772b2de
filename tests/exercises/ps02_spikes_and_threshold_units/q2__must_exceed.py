# mark 2/3: V must exceed the threshold, reaching it is not enough
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, wait, path, spikes = 0.0, 0, [], []
    for k, I in enumerate(current):
        if wait > 0:
            wait -= 1
        else:
            V = R * I + (V - R * I) * keep
            if V > theta:
                spikes.append(k)
                V, wait = 0.0, deaf
        path.append(V)
    return np.array(path), spikes
