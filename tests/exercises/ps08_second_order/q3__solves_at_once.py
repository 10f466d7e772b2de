# mark 0/3: jumps to the solution
def conjugate_gradients(A, b, x, steps, kind):
    solution = np.linalg.solve(A, b)
    return np.array([x, solution]), np.array([solution - x])
