# mark 0/2: looks at dh with h = 1, where alpha_h does not act
def find_bug(model):
    leak, dh = model(0.0, 0.0, 0.0, 1.0, 0.0)
    dV, _ = model(0.0, 1.0, 0.0, 1.0, 0.0)
    return {"sign": dV > leak, "leak": leak == 0, "rate": dh > 0}
