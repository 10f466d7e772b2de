# mark 1/2: compares with one's own numbers, so another squid looks faulty
def find_bug(model):
    V, n, m, h = -20.0, 0.5, 0.5, 0.5
    dV, dh = model(V, n, m, h, 0.0)
    right, _, _, right_h = (float(x) for x in derivative(V, n, m, h, 0.0))
    leak = g_L * (V - E_L)
    candidates = {
        (False, False): right,
        (True, False): -right,
        (False, True): right + leak,
        (True, True): -right - leak,
    }
    sign, no_leak = min(candidates, key=lambda k: abs(candidates[k] - dV))
    return {"sign": sign, "leak": no_leak, "rate": abs(dh - right_h) > 1e-9}
