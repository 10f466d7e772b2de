# mark 1/3: the midpoint rule with a whole step to the "middle"
def simulate(current, dt, state):
    states = np.empty((len(current) + 1, 4))
    states[0] = state
    for k, I in enumerate(current):
        middle = states[k] + dt * np.array(derivative(*states[k], I))
        states[k + 1] = states[k] + dt * np.array(derivative(*middle, I))
    return states
