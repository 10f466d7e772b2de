# mark 0/3: leaves the start out
def conjugate_gradients(A, b, x, steps, kind):
    g = A @ x - b
    p = -g
    points, directions = [x], []
    small = 1e-9 * np.linalg.norm(b)
    for _ in range(steps):
        if np.linalg.norm(g) <= small:
            break
        a = -(g @ p) / (p @ A @ p)
        x = x + a * p
        points.append(x)
        directions.append(p)
        new = A @ x - b
        top = new @ new if kind == "FR" else new @ (new - g)
        p = -new + max(0.0, top / (g @ g)) * p
        g = new
    return np.array(points[1:]).reshape(-1, len(b)), np.array(directions).reshape(
        -1, len(b)
    )
