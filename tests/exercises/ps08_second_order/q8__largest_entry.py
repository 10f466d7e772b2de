# mark 1/2: compares the largest entries
def whose_jacobian(residual, theta, J):
    h, right = 1e-6, np.zeros(np.shape(J))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = h
        right[:, j] = (residual(theta + step) - residual(theta - step)) / (2 * h)
    if abs(np.max(J) - np.max(right)) < 1e-4 and abs(np.min(J) - np.min(right)) < 1e-4:
        return "residual"
    if abs(np.max(J) + np.min(right)) < 1e-4:
        return "output"
    return "neither"
