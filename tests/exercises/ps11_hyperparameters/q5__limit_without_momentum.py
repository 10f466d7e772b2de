# mark 1/2: the limit of plain descent
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    new = rate * new_batch / batch * (1 - new_mu) / (1 - mu)
    return new, new * curvature < 2
