# mark 2/2: right: rebuilds the matrix from the mean weights and compares
def kind(A, rho):
    inside = np.zeros((len(A), A.shape[1] + 1), bool)
    np.put_along_axis(inside, rho, True, axis=1)
    inside = inside[:, :-1]
    if np.abs(A[~inside]).max(initial=0) > 1e-9:
        return "dense"
    kernel = np.zeros(rho.shape[1])
    for k in range(rho.shape[1]):
        reads = np.flatnonzero(rho[:, k] >= 0)
        if len(reads):
            kernel[k] = np.median([A[q, rho[q, k]] for q in reads])
    rebuilt = np.zeros((len(A), A.shape[1] + 1))
    np.put_along_axis(rebuilt, rho, np.tile(kernel, (len(A), 1)), axis=1)
    return (
        "convolution" if np.allclose(rebuilt[:, :-1], A, rtol=0, atol=1e-9) else "local"
    )
