# mark 3/3: right, without ever building M
def pair_recall(A, B, a):
    def turn(field, old):
        return [int(f > 0) - int(f < 0) or o for f, o in zip(field, old)]

    a, b = list(a), [1] * len(B[0])
    while True:
        b_new = turn(np.dot(np.dot(A, a), B), b)
        a_new = turn(np.dot(np.dot(B, b_new), A), a)
        if a_new == a and b_new == b:
            return a, b
        a, b = a_new, b_new
