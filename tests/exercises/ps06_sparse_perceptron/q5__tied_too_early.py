# mark 0/2: gives every window the summed step, which is question 6
def masked_step(A, x, G, rho, rate):
    step = (np.append(x, 0.0)[rho] * G[:, None]).sum(axis=0)
    new = np.array(A, dtype=float)
    for q, row in enumerate(rho):
        for k, r in enumerate(row):
            if r >= 0:
                new[q, r] -= rate * step[k]
    return new
