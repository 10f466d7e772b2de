# mark 1/3: compares each gradient with the first one
def conjugate_gradients(A, b, x, steps, kind):
    g = A @ x - b
    p = -g
    points, directions = [x], []
    first = g
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
        p = -new + max(0.0, top / (first @ first)) * p
        first = first if directions[1:] else g
        g = new
    return np.array(points), np.array(directions).reshape(-1, len(b))
