# mark 1/2: batch and samples exchanged
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    return effective, effective * batch / N, epochs * -(-N // batch) * effective * decay
