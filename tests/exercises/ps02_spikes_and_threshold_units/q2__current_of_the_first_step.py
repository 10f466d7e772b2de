# mark 1/3: takes the current for constant
def simulate(current, dt, tau, R, theta, deaf):
    keep = np.exp(-dt / tau)
    V, wait, path, spikes = 0.0, 0, [], []
    for k in range(len(current)):
        if wait > 0:
            wait -= 1
        else:
            V = R * current[0] + (V - R * current[0]) * keep
            if V >= theta:
                spikes.append(k)
                V, wait = 0.0, deaf
        path.append(V)
    return np.array(path), spikes
