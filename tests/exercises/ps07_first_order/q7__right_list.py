# mark 2/2: right, keeps all gradients
def adagrad(theta, g, state, rate, eps):
    seen = [*(state or []), g]
    return theta - rate * g / (np.linalg.norm(seen, axis=0) + eps), seen
