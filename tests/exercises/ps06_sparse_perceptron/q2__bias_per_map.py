# mark 2/3: adds the bias once for every input map
def operator_m(X, F, rho):
    return np.append(X, 0.0)[rho] @ F.ravel()


def operator_d(X, F, b, rho):
    return np.array(
        [
            sum(operator_m(one, f, rho) + bias for one, f in zip(X, kernels))
            for kernels, bias in zip(F, b)
        ]
    )
