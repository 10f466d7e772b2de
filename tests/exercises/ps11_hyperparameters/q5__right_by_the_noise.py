# mark 2/2: right: the noise first
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    noise = rate / (batch * (1 - mu))
    new = noise * new_batch * (1 - new_mu)
    return new, curvature < (2 + 2 * new_mu) / new
