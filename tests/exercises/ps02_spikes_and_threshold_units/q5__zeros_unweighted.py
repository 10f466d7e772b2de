# mark 0/2: inputs that must be 0 get no weight, so 111 fires every unit
def logic_net(table):
    n = int(np.log2(len(table)))
    rows = np.array(list(product((0, 1), repeat=n)))
    ones = rows[np.array(table) == 1]
    return [
        (ones, 0.5 - ones.sum(axis=1)),
        (np.ones((1, len(ones))), np.array([-0.5])),
    ]
