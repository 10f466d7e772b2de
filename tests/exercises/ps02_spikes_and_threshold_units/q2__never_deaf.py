# mark 1/3: the refractory time is forgotten
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, path, spikes = 0.0, [], []
    for k, I in enumerate(current):
        V = R * I + (V - R * I) * keep
        if V >= theta:
            spikes.append(k)
            V = 0.0
        path.append(V)
    return np.array(path), spikes
