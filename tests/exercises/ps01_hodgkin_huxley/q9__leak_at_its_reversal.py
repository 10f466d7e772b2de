# mark 0/2: looks for the leak where it is always zero
def find_bug(model):
    leak, _ = model(E_L, 0.0, 0.0, 0.0, 0.0)
    dV, alpha_h = model(E_L, 1.0, 0.0, 0.0, 0.0)
    right = 0.07 * np.exp(-(E_L + 65) / 20)
    return {"sign": dV > 0, "leak": abs(leak) < 1e-9, "rate": alpha_h > 3 * right}
