# mark 1/2: never looks at the curvature
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    return rate * new_batch / batch * (1 - new_mu) / (1 - mu), True
