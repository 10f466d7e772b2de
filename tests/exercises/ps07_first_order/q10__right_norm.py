# mark 3/3: right, with norm and dot products
def apollo(theta, g, state, rate, beta, eps, sigma):
    P = len(theta)
    old = state or {"m": np.zeros(P), "B": np.zeros(P), "d": np.zeros(P), "power": 1.0}
    power = old["power"] * beta
    D = (g - old["m"]) * (1 - beta) / (1 - power)
    c = np.linalg.norm(old["d"], 4) + eps / sigma
    u = old["d"] / c
    q = u * u
    B = old["B"] - q * (D @ u / c + old["B"] @ q)
    m = old["m"] + D
    d = m / np.clip(abs(B), sigma, None)
    return theta - rate * d, {"m": m, "B": B, "d": d, "power": power}
