# mark 1/2: forgets the momentum in the forgetting
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    return effective, effective * N / batch, epochs * -(-N // batch) * rate * decay
