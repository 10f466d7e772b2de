# mark 2/3: the accuracy on the training features
def probe(a, labels, new_a, new_labels, classes, lam):
    A = np.column_stack([a, np.ones(len(a))])
    W = np.linalg.solve(
        A.T @ A + lam * np.eye(A.shape[1]), A.T @ np.eye(classes)[labels]
    )
    return W.T, np.mean((A @ W).argmax(axis=1) == labels)
