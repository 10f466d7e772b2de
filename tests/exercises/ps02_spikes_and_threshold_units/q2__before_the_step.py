# mark 1/3: stores V before each step instead of after it
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, wait, path, spikes = 0.0, 0, [], []
    for k, I in enumerate(current):
        path.append(V)
        if wait > 0:
            wait -= 1
            continue
        V = R * I + (V - R * I) * keep
        if V >= theta:
            spikes.append(k)
            V, wait = 0.0, deaf
    return np.array(path), spikes
