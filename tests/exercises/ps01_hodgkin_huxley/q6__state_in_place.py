# mark 2/3: advances the caller's state
def simulate(current, dt, state):
    state = np.asarray(state)
    rows = [state.copy()]
    for I in current:
        middle = state + dt / 2 * np.array(derivative(*state, I))
        state += dt * np.array(derivative(*middle, I))
        rows.append(state.copy())
    return np.array(rows)
