# mark 0/3: returns the voltage alone
def simulate(current, dt, state):
    state = np.array(state, dtype=float)
    V = [state[0]]
    for I in current:
        middle = state + dt / 2 * np.array(derivative(*state, I))
        state = state + dt * np.array(derivative(*middle, I))
        V.append(state[0])
    return np.array(V)
