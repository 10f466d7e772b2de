# mark 2/2: right: by ceil and a dictionary's values
def products(rate, mu, batch, N, decay, epochs):
    found = {"effective": rate / (1 - mu)}
    found["noise"] = rate * N / (batch * (1 - mu))
    found["A"] = int(np.ceil(N / batch)) * epochs * rate * decay / (1 - mu)
    return list(found.values())
