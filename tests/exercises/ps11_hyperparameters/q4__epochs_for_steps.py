# mark 1/2: takes epochs for steps
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    return effective, effective * N / batch, epochs * effective * decay
