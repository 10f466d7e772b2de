# mark 1/2: compares signs
def whose_jacobian(residual, theta, J):
    h, right = 1e-6, np.zeros(np.shape(J))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = h
        right[:, j] = (residual(theta + step) - residual(theta - step)) / (2 * h)
    if (np.sign(J) == np.sign(right)).all():
        return "residual"
    if (np.sign(J) == -np.sign(right)).all():
        return "output"
    return "neither"
