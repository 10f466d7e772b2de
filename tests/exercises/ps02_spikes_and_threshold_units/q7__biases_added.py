# mark 1/2: b2 is added, b1 does not pass through W2
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W = W_next @ W
        b = b_next if len(b) != len(b_next) else b + b_next
    return W, b
