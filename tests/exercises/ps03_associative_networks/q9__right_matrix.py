# mark 3/3: right, with one matrix and masks
def art1(inputs, vigilance):
    x = np.array(inputs, dtype=float)
    w, labels = np.zeros((0, x.shape[1])), -np.ones(len(x))
    while True:
        old = w.copy(), labels.copy()
        for n in range(len(x)):
            match = (w * x[n]).sum(axis=1)
            T = np.where(match >= vigilance * x[n].sum(), match / (0.5 + w.sum(1)), -1)
            if len(w) == 0 or T.max() < 0:
                w, labels[n] = np.vstack([w, x[n]]), len(w)
            else:
                j = int(T.argmax())
                w[j], labels[n] = w[j] * x[n], j
        if w.shape == old[0].shape and (w == old[0]).all() and (labels == old[1]).all():
            return w, labels.astype(int)
