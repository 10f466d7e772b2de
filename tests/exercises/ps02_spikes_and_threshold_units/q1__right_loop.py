# mark 3/3: right, one current at a time
def rate(I, tau, R, theta, refractory):
    I = np.asarray(I, dtype=float)
    result = np.zeros(I.shape)
    for index, current in np.ndenumerate(I):
        if R * current > theta:
            wait = -tau * np.log(1 - theta / (R * current))
            result[index] = 1000 / (refractory + wait)
    return result
