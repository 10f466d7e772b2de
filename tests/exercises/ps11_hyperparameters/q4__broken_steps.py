# mark 1/2: 97.66 steps an epoch
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    return effective, effective * N / batch, epochs * N / batch * effective * decay
