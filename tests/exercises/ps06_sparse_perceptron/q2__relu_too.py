# mark 0/3: applies the activation, which was not asked for
def operator_m(X, F, rho):
    return np.maximum(np.append(X, 0.0)[rho] @ F.ravel(), 0)


def operator_d(X, F, b, rho):
    return np.array(
        [
            sum(operator_m(one, f, rho) for one, f in zip(X, kernels)) + bias
            for kernels, bias in zip(F, b)
        ]
    )
