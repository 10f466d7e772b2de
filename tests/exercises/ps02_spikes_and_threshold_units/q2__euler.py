# mark 1/3: Euler's rule
def simulate(current, dt, tau, R, theta, deaf):
    V, wait, path, spikes = 0.0, 0, [], []
    for k, I in enumerate(current):
        if wait > 0:
            wait -= 1
        else:
            V += dt / tau * (R * I - V)
            if V >= theta:
                spikes.append(k)
                V, wait = 0.0, deaf
        path.append(V)
    return np.array(path), spikes
