# mark 0/2: fires where s is not negative, without dice
def fire(s, seed):
    return (np.asarray(s) >= 0).astype(int)
