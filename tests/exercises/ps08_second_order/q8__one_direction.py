# mark 1/2: looks along one direction, all weights together
def whose_jacobian(residual, theta, J):
    h, along = 1e-5, np.ones(len(theta))
    slope = (residual(theta + h * along) - residual(theta - h * along)) / (2 * h)
    if np.allclose(J @ along, slope, atol=1e-4):
        return "residual"
    return "output" if np.allclose(J @ along, -slope, atol=1e-4) else "neither"
