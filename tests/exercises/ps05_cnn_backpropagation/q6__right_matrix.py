# mark 3/3: right, the transpose of the convolution written as a matrix
def conv_grad_input(delta, K, size, stride=1, padding=0):
    C = K.shape[1]
    pixels = C * size[0] * size[1]
    basis = np.eye(pixels).reshape(pixels, C, *size)
    A = conv_forward(basis, K, np.zeros(len(K)), stride, padding)
    grad = delta.reshape(len(delta), -1) @ A.reshape(pixels, -1).T
    return grad.reshape(len(delta), C, *size)
