# mark 0/2: a larger batch gets a smaller rate
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    new = rate * batch / new_batch * (1 - new_mu) / (1 - mu)
    return new, new * curvature < 2 * (1 + new_mu)
