# mark 0/2: less momentum gets a smaller rate
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    new = rate * new_batch / batch * (1 - mu) / (1 - new_mu)
    return new, new * curvature < 2 * (1 + new_mu)
