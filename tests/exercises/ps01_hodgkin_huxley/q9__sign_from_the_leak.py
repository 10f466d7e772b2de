# mark 0/2: reads the sign from the leak, which may be missing
def find_bug(model):
    leak, alpha_h = model(0.0, 0.0, 0.0, 0.0, 0.0)
    right = 0.07 * np.exp(-65 / 20)
    return {"sign": leak > 0, "leak": leak == 0, "rate": alpha_h > 3 * right}
