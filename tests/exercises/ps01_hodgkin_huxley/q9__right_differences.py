# mark 2/2: right, by the slope of dV over V for one channel at a time
def find_bug(model):
    def slope(n, m, h):
        return model(-10.0, n, m, h, 0.0)[0] - model(-20.0, n, m, h, 0.0)[0]

    leak, sodium = slope(0, 0, 0), slope(0, 1, 1)
    wrong = model(-65.0, 0, 0, 0, 0)[1] / 0.07
    return {"sign": sodium > 0, "leak": abs(leak) < 1e-6, "rate": wrong > 5}
