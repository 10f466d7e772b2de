# mark 3/3: right, with thresholds that are whole numbers
def union_net(polyhedra):
    rows, biases, groups = [], [], []
    for number, (A, c) in enumerate(polyhedra):
        for row, bias in zip(A, c):
            rows.append(list(row))
            biases.append(float(bias))
            groups.append(number)
    member = [[int(g == i) for g in groups] for i in range(len(polyhedra))]
    either = [[1] * len(polyhedra)]
    return [(rows, biases), (member, [-sum(m) for m in member]), (either, [-1])]
