# mark 2/3: uses the kernel's first slice for every input map
def operator_m(X, F, rho):
    return np.append(X, 0.0)[rho] @ F.ravel()


def operator_d(X, F, b, rho):
    return np.array(
        [
            sum(operator_m(one, kernels[0], rho) for one in X) + bias
            for kernels, bias in zip(F, b)
        ]
    )
