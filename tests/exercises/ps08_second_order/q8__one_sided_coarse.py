# mark 1/2: one-sided differences with a step of a tenth
def whose_jacobian(residual, theta, J):
    h, right = 0.1, np.zeros(np.shape(J))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = h
        right[:, j] = (residual(theta + step) - residual(theta)) / h
    if np.max(np.abs(J - right)) < 1e-4:
        return "residual"
    if np.max(np.abs(J + right)) < 1e-4:
        return "output"
    return "neither"
