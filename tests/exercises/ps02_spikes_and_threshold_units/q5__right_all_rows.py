# mark 2/2: right, a unit for each row and the table as the output's weights
def logic_net(table):
    n = len(table).bit_length() - 1
    rows = [
        [1 if (r >> (n - 1 - k)) & 1 else -1 for k in range(n)] for r in range(2**n)
    ]
    biases = [0.5 - sum(v > 0 for v in row) for row in rows]
    return [(rows, biases), ([list(table)], [-0.5])]
