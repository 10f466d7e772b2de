# mark 1/2: changes the matrix it was given
def masked_step(A, x, G, rho, rate):
    for q, row in enumerate(rho):
        for r in row:
            if r >= 0:
                A[q, r] -= rate * G[q] * x[r]
    return A
