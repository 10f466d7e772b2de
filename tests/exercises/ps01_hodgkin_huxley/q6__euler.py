# mark 1/3: Euler's method, first order
def simulate(current, dt, state):
    states = np.empty((len(current) + 1, 4))
    states[0] = state
    for k, I in enumerate(current):
        states[k + 1] = states[k] + dt * np.array(derivative(*states[k], I))
    return states
