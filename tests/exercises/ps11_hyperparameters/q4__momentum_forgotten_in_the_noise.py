# mark 1/2: leaves the momentum out of the noise
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    return effective, rate * N / batch, epochs * -(-N // batch) * effective * decay
