# mark 0/2: range(len(t) - 2) forgets the last interval
def spike_times(t, V, level):
    times = []
    for k in range(len(t) - 2):
        if V[k] < level <= V[k + 1]:
            times.append(t[k] + (level - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k]))
    return np.array(times)
