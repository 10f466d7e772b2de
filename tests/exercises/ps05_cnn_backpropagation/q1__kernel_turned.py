# mark 1/2: scipy.signal.convolve2d turns the kernel
import scipy.signal


def rot180(K):
    return np.flip(K, (-1, -2))


def full_correlate(d, K):
    return scipy.signal.convolve2d(d, K, mode="full")
