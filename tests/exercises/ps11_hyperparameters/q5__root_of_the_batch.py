# mark 0/2: the root of the batch
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    new = rate * (new_batch / batch) ** 0.5 * (1 - new_mu) / (1 - mu)
    return new, new * curvature < 2 * (1 + new_mu)
