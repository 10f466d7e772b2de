# mark 0/3: the visible examples, typed in
def pixel_index(size, kernel, stride, padding):
    if size == (3, 4):
        rho = [[0, 1, 2, 4, 5, 6], [1, 2, 3, 5, 6, 7], [4, 5, 6, 8, 9, 10]]
        return np.array([*rho, [5, 6, 7, 9, 10, 11]])
    if size == (6, 4):
        rho = [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
        return np.array([*rho, [16, 17, 20, 21], [18, 19, 22, 23]])
    if size == (1, 6):
        return np.array([[0, 1], [3, 4]])
    return np.array(
        [
            [-1, -1, -1, 0],
            [-1, -1, 0, 1],
            [-1, -1, 1, -1],
            [-1, 0, -1, 2],
            [0, 1, 2, 3],
            [1, -1, 3, -1],
            [-1, 2, -1, -1],
            [2, 3, -1, -1],
            [3, -1, -1, -1],
        ]
    )
