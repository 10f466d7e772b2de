# mark 1/3: takes the number of sides of the first polyhedron for all
def union_net(polyhedra):
    m = len(polyhedra[0][1])
    member = np.kron(np.eye(len(polyhedra)), np.ones(m))
    return [
        (
            np.vstack([A for A, _ in polyhedra]),
            np.concatenate([c for _, c in polyhedra]),
        ),
        (member, np.full(len(polyhedra), 0.5 - m)),
        (np.ones((1, len(polyhedra))), np.array([-0.5])),
    ]
