# mark 2/3: windows down, kernels across
def operator_m(X, F, rho):
    return np.append(X, 0.0)[rho] @ F.ravel()


def operator_d(X, F, b, rho):
    return np.array(
        [
            sum(operator_m(one, f, rho) for one, f in zip(X, kernels)) + bias
            for kernels, bias in zip(F, b)
        ]
    ).T
