# mark 3/3: right, the textbook's way with the residual b - A x updated
def conjugate_gradients(A, b, x, steps, kind):
    n, rest = len(b), b - A.dot(x)
    points, directions = np.zeros((steps + 1, n)), np.zeros((steps, n))
    points[0], p = x, rest
    for k in range(steps):
        square = rest.dot(rest)
        if square**0.5 <= 1e-9 * np.sqrt(b.dot(b)):
            return points[: k + 1], directions[:k]
        image = A.dot(p)
        a = square / p.dot(image)
        points[k + 1], directions[k] = points[k] + a * p, p
        rest = rest - a * image
        p = rest + rest.dot(rest) / square * p
    return points, directions
