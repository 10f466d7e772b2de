# mark 0/2: the first input taken for the last digit
def logic_net(table):
    n = int(np.log2(len(table)))
    rows = [[(r >> k) & 1 for k in range(n)] for r, v in enumerate(table) if v]
    ones = np.array(rows).reshape(-1, n)
    return [
        (2 * ones - 1, 0.5 - ones.sum(axis=1)),
        (np.ones((1, len(ones))), np.array([-0.5])),
    ]
