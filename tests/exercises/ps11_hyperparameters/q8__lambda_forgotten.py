# mark 2/3: plain least squares
def probe(a, labels, new_a, new_labels, classes, lam):
    A = np.column_stack([a, np.ones(len(a))])
    W = np.linalg.lstsq(A, np.eye(classes)[labels], rcond=None)[0].T
    guess = (np.column_stack([new_a, np.ones(len(new_a))]) @ W.T).argmax(axis=1)
    return W, np.mean(guess == new_labels)
