# mark 2/3: I *= R changes the caller's array
def rate(I, tau, R, theta, refractory):
    I = np.asarray(I)
    I *= R
    fires = I > theta
    above = np.where(fires, I, theta + 1)
    return np.where(
        fires, 1000 / (refractory + tau * np.log(above / (above - theta))), 0.0
    )
