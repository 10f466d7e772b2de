# mark 1/2: looks at the first residual only
def whose_jacobian(residual, theta, J):
    h, right = 1e-6, np.zeros(np.shape(J))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = h
        right[:, j] = (residual(theta + step) - residual(theta - step)) / (2 * h)
    if np.max(np.abs(J - right)[0]) < 1e-4:
        return "residual"
    if np.max(np.abs(J + right)[0]) < 1e-4:
        return "output"
    return "neither"
