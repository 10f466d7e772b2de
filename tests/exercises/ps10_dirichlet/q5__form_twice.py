# mark 1/2: takes the printed equality for one
def divergence_and_form(alpha, delta):
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    form = 0.5 * delta @ F @ delta
    return form, form
