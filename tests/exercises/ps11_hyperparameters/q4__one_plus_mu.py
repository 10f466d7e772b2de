# mark 0/2: divides by 1 + mu
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 + mu)
    return effective, effective * N / batch, epochs * -(-N // batch) * effective * decay
