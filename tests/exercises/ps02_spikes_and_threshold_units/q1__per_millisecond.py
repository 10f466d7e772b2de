# mark 2/3: spikes per millisecond
def rate(I, tau, R, theta, refractory):
    drive = R * np.asarray(I, dtype=float)
    fires = drive > theta
    above = np.where(fires, drive, theta + 1)
    period = refractory + tau * np.log(above / (above - theta))
    return np.where(fires, 1 / period, 0.0)
