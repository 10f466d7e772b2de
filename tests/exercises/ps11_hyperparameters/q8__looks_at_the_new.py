# mark 2/3: learns from the new objects as well
def probe(a, labels, new_a, new_labels, classes, lam):
    A = np.column_stack([a, np.ones(len(a))])
    T = np.eye(classes)[labels]
    W = np.linalg.solve(A.T @ A + lam * np.eye(A.shape[1]), A.T @ T).T
    both, all_labels = np.vstack([a, new_a]), np.append(labels, new_labels)
    A = np.column_stack([both, np.ones(len(both))])
    T = np.eye(classes)[all_labels]
    V = np.linalg.solve(A.T @ A + lam * np.eye(A.shape[1]), A.T @ T).T
    guess = (A[len(a) :] @ V.T).argmax(axis=1)
    return W, np.mean(guess == new_labels)
