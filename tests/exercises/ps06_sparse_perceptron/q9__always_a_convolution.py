# mark 0/2: has faith
def kind(A, rho):
    return "convolution"
