# mark 1/3: asks for a little more than 0, so the edges do not belong
def union_net(polyhedra):
    sides = [len(c) for _, c in polyhedra]
    member = np.zeros((len(sides), sum(sides)))
    for i, count in enumerate(sides):
        member[i, sum(sides[:i]) : sum(sides[:i]) + count] = 1
    c = np.concatenate([c for _, c in polyhedra]) - 1e-9
    return [
        (np.vstack([A for A, _ in polyhedra]), c),
        (member, 0.5 - np.array(sides)),
        (np.ones((1, len(sides))), np.array([-0.5])),
    ]
