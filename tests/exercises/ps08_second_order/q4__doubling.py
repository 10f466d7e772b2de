# mark 1/2: doubles a shift until a Cholesky factorisation succeeds
def newton_step(H, g, floor):
    tau, eye = 0.0, np.eye(len(g))
    while True:
        try:
            np.linalg.cholesky(H + tau * eye)
            return np.linalg.solve(H + tau * eye, -g), tau
        except np.linalg.LinAlgError:
            tau = max(2 * tau, floor)
