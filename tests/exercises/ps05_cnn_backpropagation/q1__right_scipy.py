# mark 2/2: right, with scipy's correlation and a rotation by slices
from scipy.signal import correlate2d


def rot180(K):
    return K[..., ::-1, ::-1]


def full_correlate(d, K):
    return correlate2d(d, K, mode="full")
