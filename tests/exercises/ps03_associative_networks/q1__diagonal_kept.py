# mark 1/2: forgets that no unit is connected with itself
def store(patterns):
    return patterns.T @ patterns / patterns.shape[1]
