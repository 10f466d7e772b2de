# mark 0/2: what is between the first and the last layer is forgotten
def collapse(layers):
    (W1, b1), (W2, b2) = layers[0], layers[-1]
    return W2 @ W1, W2 @ b1 + b2
