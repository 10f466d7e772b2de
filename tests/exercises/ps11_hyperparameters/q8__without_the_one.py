# mark 0/3: no column of ones
def probe(a, labels, new_a, new_labels, classes, lam):
    W = np.linalg.solve(
        a.T @ a + lam * np.eye(a.shape[1]), a.T @ np.eye(classes)[labels]
    )
    return W.T, np.mean((new_a @ W).argmax(axis=1) == new_labels)
