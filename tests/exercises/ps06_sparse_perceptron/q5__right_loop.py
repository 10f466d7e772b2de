# mark 2/2: right: row by row on a copy
def masked_step(A, x, G, rho, rate):
    new = np.array(A, dtype=float)
    for q in range(len(rho)):
        read = rho[q][rho[q] >= 0]
        new[q, read] = A[q, read] - rate * G[q] * x[read]
    return new
