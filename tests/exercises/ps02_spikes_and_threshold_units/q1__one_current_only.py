# mark 2/3: an if works for one number only
def rate(I, tau, R, theta, refractory):
    if R * I <= theta:
        return 0.0
    return 1000 / (refractory + tau * np.log(R * I / (R * I - theta)))
