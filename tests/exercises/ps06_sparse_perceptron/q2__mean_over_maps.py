# mark 2/3: averages the input maps
def operator_m(X, F, rho):
    return np.append(X, 0.0)[rho] @ F.ravel()


def operator_d(X, F, b, rho):
    return np.array(
        [
            np.mean([operator_m(one, f, rho) for one, f in zip(X, kernels)], axis=0)
            + bias
            for kernels, bias in zip(F, b)
        ]
    )
