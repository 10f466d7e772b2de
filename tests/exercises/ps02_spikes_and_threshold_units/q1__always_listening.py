# mark 2/3: the refractory time is forgotten
def rate(I, tau, R, theta, refractory):
    drive = R * np.asarray(I, dtype=float)
    fires = drive > theta
    above = np.where(fires, drive, theta + 1)
    return np.where(fires, 1000 / (tau * np.log(above / (above - theta))), 0.0)
