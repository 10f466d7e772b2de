# mark 3/3: right, with SciPy
from scipy.special import log_softmax, rel_entr


def losses(s, t):
    log_y = log_softmax(s, axis=1)
    ce = -np.mean(np.sum(t * log_y, axis=1))
    kl = ce + np.mean(
        np.sum(np.where(t > 0, t * np.log(np.maximum(t, 1e-300)), 0), axis=1)
    )
    return ce, kl, (np.exp(log_y) - t) / s.shape[0]
