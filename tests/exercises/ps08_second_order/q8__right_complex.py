# mark 2/2: right, with one-sided differences of fourth order
def whose_jacobian(residual, theta, J):
    def slope(unit, h=1e-3):
        at = [residual(theta + k * h * unit) for k in (-2, -1, 1, 2)]
        return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h)

    right = np.stack([slope(unit) for unit in np.eye(theta.size)], axis=-1)
    for word, sign in (("residual", 1), ("output", -1)):
        if (abs(J - sign * right) < 5e-4).all():
            return word
    return "neither"
