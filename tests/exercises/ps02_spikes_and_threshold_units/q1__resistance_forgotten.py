# mark 1/3: compares the current itself with the threshold
def rate(I, tau, R, theta, refractory):
    I = np.asarray(I, dtype=float)
    fires = I > theta
    above = np.where(fires, I, theta + 1)
    return np.where(
        fires, 1000 / (refractory + tau * np.log(above / (above - theta))), 0.0
    )
