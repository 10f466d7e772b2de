# mark 0/2: slides one kernel over the other without turning it
def one_kernel(F1, F2, stride):
    from scipy.signal import correlate2d

    (g1, g2), (t1, t2) = F2.shape, stride
    wide = np.zeros(((g1 - 1) * t1 + 1, (g2 - 1) * t2 + 1))
    wide[::t1, ::t2] = F2
    return correlate2d(wide, F1, "full")
