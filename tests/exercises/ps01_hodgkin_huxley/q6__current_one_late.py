# mark 0/3: uses current[k - 1] in step k
def simulate(current, dt, state):
    states = np.empty((len(current) + 1, 4))
    states[0] = state
    before = 0.0
    for k, I in enumerate(current):
        slope = np.array(derivative(*states[k], before))
        middle = states[k] + dt / 2 * slope
        states[k + 1] = states[k] + dt * np.array(derivative(*middle, before))
        before = I
    return states
