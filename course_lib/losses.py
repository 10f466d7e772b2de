"""Losses: value, gradient, and what second-order methods need of them.

For predictions y and targets t, both (N, K), a loss is E = Σ_n e(y_n, t_n), divided by
N where ``reduction`` is "mean". Each one gives

- ``value(y, t)``, a number, and ``gradient(y, t)`` = ∂E/∂y of shape (N, K);
- ``residual(y, t)`` = u, (N, K), and ``factor(y, t)`` = S, (N, K, K), with

      ∂E/∂y_n = S_n u_n,      ∂²E/∂y_n² = S_n S_nᵀ,                          (1)

  so that with J = Sᵀ ∂y/∂θ the gradient is Jᵀu and the Gauss-Newton matrix JᵀJ. For
  the squared error S is the identity, u = y − t, and value = ½ u·u; only there.

The cross-entropies take *logits*, the weighted sums before softmax or logistic: their
gradient is then simply softmax(s) − t, with no division by a small probability.

Source: Borisov 2024, slide "loss functions" (names only). Chapter:
learning-as-optimization. Differs from it in: written out; ½ in the squared error.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

from course_lib.activations import log_softmax, logistic, softmax, softplus
from course_lib.arrays import namespace

__all__ = ["BinaryCrossEntropy", "CrossEntropy", "KullbackLeibler", "SquaredError"]

Array = Any


@dataclass(frozen=True)
class _Loss:
    """The reduction, and the checks all losses share."""

    reduction: Literal["mean", "sum"] = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum"):
            raise ValueError(
                f'reduction: expected "mean" or "sum"; got {self.reduction!r}'
            )

    def _share(self, y: Array) -> float:
        """What each sample counts: 1/N or 1."""
        return 1 / y.shape[0] if self.reduction == "mean" else 1.0


@dataclass(frozen=True)
class SquaredError(_Loss):
    """E = ½ Σ (y − t)², or that divided by N.

    Torch's and the lecture's mean squared error is 2 E / K and 2 E in these terms.

    Source: HybridTech 2018, eq. (2.8); Golubinskiy and Tolstykh 2021, eq. (15).
    Chapter: learning-as-optimization. Differs from it in: nothing.
    """

    def value(self, y: Array, t: Array) -> Array:
        """E, a number."""
        return namespace(y).sum((y - _match(y, t)) ** 2) * (self._share(y) / 2)

    def gradient(self, y: Array, t: Array) -> Array:
        """∂E/∂y = y − t, or that divided by N."""
        return (y - _match(y, t)) * self._share(y)

    def residual(self, y: Array, t: Array) -> Array:
        """u = y − t, or that divided by √N: E = ½ u·u."""
        return (y - _match(y, t)) * math.sqrt(self._share(y))

    def factor(self, y: Array, t: Array) -> Array:
        """S: the identity for every sample, or that divided by √N."""
        return _diagonal(namespace(y).ones_like(y)) * math.sqrt(self._share(y))


@dataclass(frozen=True)
class CrossEntropy(_Loss):
    """E = −Σ_n Σ_k t_nk ln softmax(s_n)_k of logits s and target probabilities t.

    t is (N, K) with rows that sum to 1, or (N,) class numbers 0 .. K−1.

    Source: Borisov 2024. Chapter: learning-as-optimization. Differs from it in: takes
    logits.
    """

    def value(self, s: Array, t: Array) -> Array:
        """E, a number; finite as long as the logits are."""
        return -namespace(s).sum(_one_hot(s, t) * log_softmax(s)) * self._share(s)

    def gradient(self, s: Array, t: Array) -> Array:
        """∂E/∂s = softmax(s) − t, or that divided by N."""
        return (softmax(s) - _one_hot(s, t)) * self._share(s)

    def residual(self, s: Array, t: Array) -> Array:
        """u = (p − t)/√p with p = softmax(s), kept finite where p underflows."""
        xp = namespace(s)
        root = xp.sqrt(softmax(s))
        u = root - _one_hot(s, t) / xp.clip(
            root, xp.finfo(s.dtype).smallest_normal, None
        )
        return u * math.sqrt(self._share(s))

    def factor(self, s: Array, t: Array) -> Array:
        """S = diag(√p) − p √pᵀ: S Sᵀ = diag(p) − p pᵀ."""
        p = softmax(s)
        root = namespace(s).sqrt(p)
        S = _diagonal(root) - p[:, :, None] * root[:, None, :]
        return S * math.sqrt(self._share(s))


@dataclass(frozen=True)
class KullbackLeibler(CrossEntropy):
    """E = Σ_n Σ_k t_nk ln(t_nk / p_nk): cross-entropy less the entropy of t.

    The same gradient, residual and factor, since t does not depend on the network.

    Source: Borisov 2024. Chapter: learning-as-optimization. Differs from it in: takes
    logits.
    """

    def value(self, s: Array, t: Array) -> Array:
        """E ≥ 0, and 0 only where softmax(s) = t."""
        xp = namespace(s)
        t = _one_hot(s, t)
        log_t = xp.log(xp.where(t > 0, t, xp.ones_like(t)))  # 0 ln 0 = 0
        return xp.sum(t * (log_t - log_softmax(s))) * self._share(s)


@dataclass(frozen=True)
class BinaryCrossEntropy(_Loss):
    """E = −Σ [t ln p + (1 − t) ln(1 − p)] with p = logistic(s), for t in [0, 1].

    Source: HybridTech 2018 by its targets (corrected). Chapter:
    learning-as-optimization. Differs from it in: takes logits.
    """

    def value(self, s: Array, t: Array) -> Array:
        """E = Σ softplus(s) − t s, a number."""
        return namespace(s).sum(softplus(s) - _shares(s, t) * s) * self._share(s)

    def gradient(self, s: Array, t: Array) -> Array:
        """∂E/∂s = p − t, or that divided by N."""
        return (logistic(s) - _shares(s, t)) * self._share(s)

    def residual(self, s: Array, t: Array) -> Array:
        """u = (p − t)/√(p (1 − p)), kept finite where the product underflows."""
        xp = namespace(s)
        root = xp.sqrt(logistic.derivative(s))
        u = (logistic(s) - _shares(s, t)) / xp.clip(
            root, xp.finfo(s.dtype).smallest_normal, None
        )
        return u * math.sqrt(self._share(s))

    def factor(self, s: Array, t: Array) -> Array:
        """S = diag(√(p (1 − p)))."""
        root = namespace(s).sqrt(logistic.derivative(s))
        return _diagonal(root) * math.sqrt(self._share(s))


def _match(y: Array, t: Array) -> Array:
    """t, if it has the shape of y: broadcasting would pair all rows with all."""
    wanted, shape = tuple(_array("y", y).shape), tuple(getattr(t, "shape", ()))
    if wanted != shape or not shape or 0 in shape:
        raise ValueError(
            f"t: expected an array of the shape of the predictions {wanted}, (N, ...), "
            f"not empty; got {shape or type(t).__name__}"
        )
    return t


def _shares(s: Array, t: Array) -> Array:
    """t, if it matches and is in [0, 1]: with -1 for "no" the error has no minimum."""
    if not namespace(s).all((_match(s, t) >= 0) & (t <= 1)):
        raise ValueError("t: expected targets from 0 to 1; got some outside")
    return t


def _array(name: str, a: Array) -> Array:
    """a, if it is an array."""
    if not hasattr(a, "shape"):
        raise ValueError(f"{name}: expected an array; got {type(a).__name__}")
    return a


def _one_hot(s: Array, t: Array) -> Array:
    """t as (N, K) probabilities in the dtype of s."""
    xp = namespace(_array("s", s))
    if len(s.shape) != 2 or 0 in s.shape:
        raise ValueError(f"s: expected logits of shape (N, K); got {tuple(s.shape)}")
    N, K = s.shape
    if len(_array("t", t).shape) == 2:
        off = abs(xp.sum(_match(s, t), axis=1) - 1)
        if not xp.all(off <= 1e-3) or xp.any(t < 0):
            raise ValueError("t: expected probabilities, rows >= 0 that sum to 1")
        return t
    if tuple(t.shape) != (N,) or not xp.isdtype(t.dtype, "integral"):
        raise ValueError(
            f"t: expected probabilities of shape {(N, K)} or {N} class numbers "
            f"(integers); got {t.dtype} of shape {tuple(t.shape)}"
        )
    if xp.any(t < 0) or xp.any(t >= K):
        raise ValueError(f"t: expected class numbers from 0 to {K - 1}; got {t}")
    classes = xp.arange(K, dtype=xp.int64, device=s.device)  # uint8 ends at 255
    return xp.astype(t[:, None] == classes[None, :], s.dtype)


def _diagonal(v: Array) -> Array:
    """(N, K) to (N, K, K) with v on the diagonals."""
    if len(v.shape) != 2:
        raise ValueError(f"y: expected predictions (N, K); got {tuple(v.shape)}")
    return v[:, :, None] * namespace(v).eye(v.shape[1], dtype=v.dtype, device=v.device)
