# mark 0/2: thresholds instead of biases
def logic_net(table):
    n = int(np.log2(len(table)))
    rows = np.array(list(product((0, 1), repeat=n)))
    ones = rows[np.array(table) == 1]
    return [
        (2 * ones - 1, ones.sum(axis=1) - 0.5),
        (np.ones((1, len(ones))), np.array([0.5])),
    ]
