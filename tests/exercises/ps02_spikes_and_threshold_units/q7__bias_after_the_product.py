# mark 1/2: the bias is sent through the product of all instead of the next layer
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W = W_next @ W
        b = W_next @ b if b.any() else b_next
    return W, b
