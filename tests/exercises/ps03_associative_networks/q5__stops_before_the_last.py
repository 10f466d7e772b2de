# mark 0/2: never tries all patterns
def capacity(patterns, allowed):
    P = 1
    while P < len(patterns):
        x = patterns[:P]
        if np.mean((x @ store(x)) * x < 0) > allowed:
            break
        P += 1
    return P - 1
