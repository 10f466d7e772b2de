# mark 1/2: rounds the steps of all epochs together
def products(rate, mu, batch, N, decay, epochs):
    effective = rate / (1 - mu)
    steps = int(np.ceil(epochs * N / batch))
    return effective, effective * N / batch, steps * effective * decay
