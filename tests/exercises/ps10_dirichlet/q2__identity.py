# mark 0/2: the example with alpha = (1, 1), diagonal only
def fisher(alpha):
    return np.eye(len(alpha))
