# mark 3/3: right, with branches
def irprop_plus(theta, g, error, state, first):
    P = len(theta)
    if state is None:
        state = {"step": [first] * P, "g": [0.0] * P, "move": [0.0] * P, "E": error}
    step, old, move = (list(state[key]) for key in ("step", "g", "move"))
    theta = np.array(theta)
    for i in range(P):
        s = float(g[i])
        if s * old[i] < 0:
            step[i] = max(step[i] / 2, 1e-6)
            move[i] = -move[i] if error > state["E"] else 0.0
            s = 0.0
        else:
            if s * old[i] > 0:
                step[i] = min(step[i] * 1.2, 50)
            move[i] = -step[i] * float(np.sign(s))
        old[i] = s
        theta[i] += move[i]
    return theta, {"step": step, "g": old, "move": move, "E": error}
