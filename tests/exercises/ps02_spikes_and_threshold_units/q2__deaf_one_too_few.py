# mark 2/3: the step of the spike counts as the first deaf one
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, free, path, spikes = 0.0, 0, [], []
    for k, I in enumerate(current):
        if k >= free:
            V = R * I + (V - R * I) * keep
            if V >= theta:
                spikes.append(k)
                V, free = 0.0, k + deaf
        path.append(V)
    return np.array(path), spikes
