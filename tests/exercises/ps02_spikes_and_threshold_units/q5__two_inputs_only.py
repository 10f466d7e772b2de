# mark 1/2: right for two inputs, where the rows are written out
def logic_net(table):
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    ones = rows[np.array(table) == 1]
    return [
        (2 * ones - 1, 0.5 - ones.sum(axis=1)),
        (np.ones((1, len(ones))), np.array([-0.5])),
    ]
