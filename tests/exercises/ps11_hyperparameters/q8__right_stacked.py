# mark 3/3: right: least squares of the stacked system
def probe(a, labels, new_a, new_labels, classes, lam):
    d = a.shape[1] + 1
    T = np.zeros((len(a) + d, classes))
    T[np.arange(len(a)), labels] = 1
    stacked = np.vstack([np.c_[a, np.ones(len(a))], np.sqrt(lam) * np.eye(d)])
    W = np.linalg.lstsq(stacked, T, rcond=None)[0].T
    right = 0
    for row, label in zip(new_a, new_labels, strict=True):
        right += int(np.argmax(W @ np.append(row, 1)) == label)
    return W, right / len(new_a)
