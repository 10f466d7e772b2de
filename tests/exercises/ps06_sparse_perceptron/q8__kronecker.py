# mark 0/2: a Kronecker product: right only if the stride is the kernel's size
def one_kernel(F1, F2, stride):
    return np.kron(F2, F1)
