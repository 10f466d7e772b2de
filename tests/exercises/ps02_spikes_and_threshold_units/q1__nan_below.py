# mark 1/3: nan where the current is too weak
def rate(I, tau, R, theta, refractory):
    drive = R * np.asarray(I, dtype=float)
    with np.errstate(all="ignore"):
        return 1000 / (refractory + tau * np.log(drive / (drive - theta)))
