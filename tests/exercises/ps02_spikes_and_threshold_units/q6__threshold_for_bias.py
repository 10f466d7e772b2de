# mark 0/3: c with the other sign, as if it were a threshold
def union_net(polyhedra):
    sides = [len(c) for _, c in polyhedra]
    member = np.zeros((len(sides), sum(sides)))
    for i, count in enumerate(sides):
        member[i, sum(sides[:i]) : sum(sides[:i]) + count] = 1
    return [
        (
            np.vstack([A for A, _ in polyhedra]),
            -np.concatenate([c for _, c in polyhedra]),
        ),
        (member, 0.5 - np.array(sides)),
        (np.ones((1, len(sides))), np.array([-0.5])),
    ]
