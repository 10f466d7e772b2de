# mark 1/2: leaves theta moved a little
def whose_jacobian(residual, theta, J):
    h, right = 1e-6, np.zeros(np.shape(J))
    for j in range(len(theta)):
        theta[j] += h
        up = residual(theta)
        theta[j] -= 2 * h
        right[:, j] = (up - residual(theta)) / (2 * h)
    if np.max(np.abs(J - right)) < 1e-4:
        return "residual"
    if np.max(np.abs(J + right)) < 1e-4:
        return "output"
    return "neither"
