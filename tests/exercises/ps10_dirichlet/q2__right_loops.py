# mark 2/2: right: entry by entry
def fisher(alpha):
    K, c = len(alpha), float(trigamma(sum(alpha)))
    return [
        [float(trigamma(alpha[i])) - c if i == j else -c for j in range(K)]
        for i in range(K)
    ]
