# mark 1/3: W with the classes as columns
def probe(a, labels, new_a, new_labels, classes, lam):
    A = np.column_stack([a, np.ones(len(a))])
    W = np.linalg.solve(
        A.T @ A + lam * np.eye(A.shape[1]), A.T @ np.eye(classes)[labels]
    )
    guess = (np.column_stack([new_a, np.ones(len(new_a))]) @ W).argmax(axis=1)
    return W, np.mean(guess == new_labels)
