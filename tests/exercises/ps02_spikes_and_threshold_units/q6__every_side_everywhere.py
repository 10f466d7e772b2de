# mark 1/3: each unit of the second layer listens to all sides
def union_net(polyhedra):
    sides = [len(c) for _, c in polyhedra]
    return [
        (
            np.vstack([A for A, _ in polyhedra]),
            np.concatenate([c for _, c in polyhedra]),
        ),
        (np.ones((len(sides), sum(sides))), 0.5 - np.array(sides)),
        (np.ones((1, len(sides))), np.array([-0.5])),
    ]
