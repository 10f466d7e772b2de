# mark 2/3: leaves the column of the 1 without lambda
def probe(a, labels, new_a, new_labels, classes, lam):
    A = np.column_stack([a, np.ones(len(a))])
    D = lam * np.eye(A.shape[1])
    D[-1, -1] = 0
    W = np.linalg.solve(A.T @ A + D, A.T @ np.eye(classes)[labels]).T
    guess = (np.column_stack([new_a, np.ones(len(new_a))]) @ W.T).argmax(axis=1)
    return W, np.mean(guess == new_labels)
