# mark 2/3: counts only the classes it has seen
def probe(a, labels, new_a, new_labels, classes, lam):
    A = np.column_stack([a, np.ones(len(a))])
    T = np.eye(labels.max() + 1)[labels]
    W = np.linalg.solve(A.T @ A + lam * np.eye(A.shape[1]), A.T @ T).T
    guess = (np.column_stack([new_a, np.ones(len(new_a))]) @ W.T).argmax(axis=1)
    return W, np.mean(guess == new_labels)
