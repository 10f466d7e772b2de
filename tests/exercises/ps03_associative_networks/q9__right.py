# mark 3/3: right, with sets of ones turned to arrays at the end
def art1(inputs, vigilance):
    w, labels = [], [-1] * len(inputs)
    for _ in range(50):
        changed = False
        for n, x in enumerate(inputs):
            T = [(x & v).sum() / (0.5 + v.sum()) for v in w]
            order = sorted(range(len(w)), key=lambda j: -T[j])
            for j in order:
                if (x & w[j]).sum() >= vigilance * x.sum():
                    new = x & w[j]
                    break
            else:
                j, new = len(w), x
                w.append(x)
            if labels[n] != j or (new != w[j]).any():
                changed = True
            w[j], labels[n] = new, j
        if not changed:
            break
    return np.array(w), np.array(labels)
