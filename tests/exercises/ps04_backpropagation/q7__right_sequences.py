# mark 3/3: right, one sequence after the other
def elman(W, U, b, X, G):
    states, gW, gU, gb = [], np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for x, g in zip(X, G):
        h = [np.zeros(len(b))]
        for row in x:
            h.append(np.tanh(W @ row + U @ h[-1] + b))
        back = np.zeros(len(b))
        for t in range(len(x), 0, -1):
            d = (1 - h[t] ** 2) * (g[t - 1] + back)
            gW, gU, gb = gW + np.outer(d, x[t - 1]), gU + np.outer(d, h[t - 1]), gb + d
            back = U.T @ d
        states.append(h[1:])
    return np.array(states), gW, gU, gb
