# mark 2/3: reads -1 as Python does: the last pixel
def operator_m(X, F, rho):
    return X.ravel()[rho] @ F.ravel()


def operator_d(X, F, b, rho):
    return np.array(
        [
            sum(operator_m(one, f, rho) for one, f in zip(X, kernels)) + bias
            for kernels, bias in zip(F, b)
        ]
    )
