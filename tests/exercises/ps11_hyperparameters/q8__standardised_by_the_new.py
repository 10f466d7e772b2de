# mark 1/3: scales with mean and spread of all objects
def probe(a, labels, new_a, new_labels, classes, lam):
    both = np.vstack([a, new_a])
    shift, scale = both.mean(axis=0), both.std(axis=0) + 1e-9
    A = np.column_stack([(a - shift) / scale, np.ones(len(a))])
    W = np.linalg.solve(
        A.T @ A + lam * np.eye(A.shape[1]), A.T @ np.eye(classes)[labels]
    )
    new = np.column_stack([(new_a - shift) / scale, np.ones(len(new_a))])
    return W.T, np.mean((new @ W).argmax(axis=1) == new_labels)
