# mark 3/3: right: stacked least squares
def natural_step(x, t, theta, rate, damping):
    from scipy.special import expit

    N, y = len(x), expit(x @ theta)
    root = np.sqrt(y * (1 - y) / N)
    A = np.vstack([root[:, None] * x, np.sqrt(damping) * np.eye(len(theta))])
    b = np.concatenate([(y - t) / N / root, np.zeros(len(theta))])
    return list(theta - rate * np.linalg.lstsq(A, b, rcond=None)[0])
