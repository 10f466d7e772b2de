# mark 1/3: the logarithm of the inverse, so the waiting time is negative
def rate(I, tau, R, theta, refractory):
    drive = R * np.asarray(I, dtype=float)
    fires = drive > theta
    above = np.where(fires, drive, theta + 1)
    return np.where(fires, 1000 / (refractory + tau * np.log(1 - theta / above)), 0.0)
