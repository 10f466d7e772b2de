# mark 1/2: counts whole batches only
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    return effective, effective * N / batch, epochs * (N // batch) * effective * decay
