# mark 0/2: 0.138 N from the book
def capacity(patterns, allowed):
    return int(0.138 * len(patterns[0]))
