# mark 0/3: looks the nearest pair up in a list
def pair_recall(A, B, a):
    k = np.argmax(A @ a)
    return A[k], B[k]
