"""Activations: value and derivative side by side, exact far from zero as well.

An activation turns the weighted sum s of a unit into its output y = φ(s). Each one is
a frozen object with ``value(s)`` and ``derivative(s)``, both of the shape of s, and can
be called: ``tanh(s)``. exp(−|s|) is the only exponential in the sigmoids, so that
nothing overflows and φ′ keeps its relative precision in both tails.

Softmax mixes the units of one row: it is a function, with its Jacobian beside it.

Source: Borisov 2024, slides on the neuron. Chapter: perceptrons. Differs from it in:
the index of softmax, missing there; the derivatives; the activations after 2000.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.arrays import erf, namespace

__all__ = [
    "ELU",
    "GELU",
    "BipolarSigmoid",
    "HardTanh",
    "Identity",
    "LeakyReLU",
    "Logistic",
    "ReLU",
    "SiLU",
    "Softplus",
    "Tanh",
    "Threshold",
    "bipolar_sigmoid",
    "gelu",
    "gelu_tanh",
    "hard_tanh",
    "identity",
    "log_softmax",
    "logistic",
    "relu",
    "selu",
    "silu",
    "softmax",
    "softmax_jacobian",
    "softmax_vjp",
    "softplus",
    "tanh",
    "threshold",
]

Array = Any


class Elementwise:
    """What all have in common: φ is applied to every entry of s alone."""

    def __call__(self, s: Array) -> Array:
        """φ(s); a plain number is taken as a float64 array of shape ()."""
        return self.value(s if hasattr(s, "shape") else np.asarray(s, np.float64))

    def value(self, s: Array) -> Array:
        """φ(s), of the shape of s."""
        raise NotImplementedError

    def derivative(self, s: Array) -> Array:
        """φ′(s), of the shape of s."""
        raise NotImplementedError


# --------------------------------------------------------------------------------
# The lecture's


@dataclass(frozen=True)
class Identity(Elementwise):
    """φ(s) = s: a linear unit.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """s itself, copied."""
        return s + 0.0

    def derivative(self, s: Array) -> Array:
        """1."""
        return namespace(s).ones_like(s)


@dataclass(frozen=True)
class Threshold(Elementwise):
    """φ(s) = 1 where s ≥ 0, else 0; its derivative is 0, and does not exist at 0.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """[s ≥ 0]."""
        return _choose(s >= 0, s)

    def derivative(self, s: Array) -> Array:
        """0: nothing to learn from."""
        return namespace(s).zeros_like(s)


@dataclass(frozen=True)
class Logistic(Elementwise):
    """φ(s) = 1 / (1 + exp(−slope · s)), between 0 and 1.

    Golubinskiy and Tolstykh write 1 / (1 + exp(−2 a s)): slope = 2 a.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: the slope.
    """

    slope: float = 1.0

    def value(self, s: Array) -> Array:
        """z / (1 + z) or 1 / (1 + z) with z = exp(−slope · |s|)."""
        xp = namespace(s)
        z = xp.exp(-abs(self.slope * s))
        return xp.where(self.slope * s >= 0, xp.ones_like(z), z) / (1 + z)

    def derivative(self, s: Array) -> Array:
        """slope · y (1 − y), without the cancellation in 1 − y."""
        z = namespace(s).exp(-abs(self.slope * s))
        return self.slope * z / (1 + z) ** 2


@dataclass(frozen=True)
class Tanh(Elementwise):
    """φ(s) = tanh(s), between −1 and 1.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """tanh(s)."""
        return namespace(s).tanh(s)

    def derivative(self, s: Array) -> Array:
        """1 − y², without the cancellation."""
        z = namespace(s).exp(-2 * abs(s))
        return 4 * z / (1 + z) ** 2


@dataclass(frozen=True)
class BipolarSigmoid(Elementwise):
    """φ(s) = (1 − exp(−s)) / (1 + exp(−s)) = tanh(s/2) = 2 logistic(s) − 1.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """tanh(s/2)."""
        return namespace(s).tanh(s / 2)

    def derivative(self, s: Array) -> Array:
        """(1 − y²)/2, without the cancellation."""
        z = namespace(s).exp(-abs(s))
        return 2 * z / (1 + z) ** 2


@dataclass(frozen=True)
class ReLU(Elementwise):
    """φ(s) = max(0, s).

    Source: Borisov 2024; Golubinskiy and Tolstykh 2021, eq. (2). Chapter: perceptrons.
    Differs from it in: the derivative at 0, chosen as 0 (torch's choice).
    """

    def value(self, s: Array) -> Array:
        """max(0, s)."""
        return namespace(s).clip(s, 0.0, None)

    def derivative(self, s: Array) -> Array:
        """[s > 0]."""
        return _choose(s > 0, s)


# --------------------------------------------------------------------------------
# Later ones


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """s where s > 0, else slope · s.

    Source: Maas et al. 2013. Chapter: perceptrons. Differs from it in: nothing.
    """

    slope: float = 0.01

    def value(self, s: Array) -> Array:
        """s or slope · s."""
        return namespace(s).where(s > 0, s, self.slope * s)

    def derivative(self, s: Array) -> Array:
        """1 or slope."""
        return self.slope + (1 - self.slope) * _choose(s > 0, s)


@dataclass(frozen=True)
class ELU(Elementwise):
    """scale · s where s > 0, else scale · alpha (exp(s) − 1); ``selu`` fixes both.

    Source: Clevert et al. 2016, Klambauer et al. 2017. Chapter: perceptrons. Differs
    from it in: nothing.
    """

    alpha: float = 1.0
    scale: float = 1.0

    def value(self, s: Array) -> Array:
        """The two branches; exp sees no positive number."""
        xp = namespace(s)
        below = self.alpha * xp.expm1(xp.clip(s, None, 0.0))
        return self.scale * xp.where(s > 0, s, below)

    def derivative(self, s: Array) -> Array:
        """scale, or scale · alpha · exp(s)."""
        xp = namespace(s)
        below = self.alpha * xp.exp(xp.clip(s, None, 0.0))
        return self.scale * xp.where(s > 0, xp.ones_like(s), below)


@dataclass(frozen=True)
class Softplus(Elementwise):
    """ln(1 + exp(s)), a smooth ReLU whose derivative is the logistic function.

    Source: Dugas et al. 2001. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """max(s, 0) + ln(1 + exp(−|s|))."""
        xp = namespace(s)
        return xp.clip(s, 0.0, None) + xp.log1p(xp.exp(-abs(s)))

    def derivative(self, s: Array) -> Array:
        """logistic(s)."""
        return logistic.value(s)


@dataclass(frozen=True)
class SiLU(Elementwise):
    """s · logistic(s), also called swish.

    Source: Elfwing et al. 2018. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """s · logistic(s)."""
        return s * logistic.value(s)

    def derivative(self, s: Array) -> Array:
        """logistic(s) + s · logistic′(s)."""
        return logistic.value(s) + s * logistic.derivative(s)


@dataclass(frozen=True)
class GELU(Elementwise):
    """s · Φ(s) with Φ the normal distribution function, or its tanh approximation.

    Source: Hendrycks and Gimpel 2016. Chapter: perceptrons. Differs from it in:
    nothing.
    """

    approximate: bool = False

    def value(self, s: Array) -> Array:
        """s Φ(s), or s (1 + tanh u)/2 with u = √(2/π) (s + 0.044715 s³)."""
        if self.approximate:
            return s * (1 + namespace(s).tanh(self._u(s))) / 2
        return s * (1 + erf(s / math.sqrt(2))) / 2

    def derivative(self, s: Array) -> Array:
        """Φ(s) + s times the density, or the slope of the approximation."""
        if self.approximate:
            du = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * s**2)
            u = self._u(s)
            return (1 + namespace(s).tanh(u) + s * tanh.derivative(u) * du) / 2
        density = namespace(s).exp(-(s**2) / 2) / math.sqrt(2 * math.pi)
        return (1 + erf(s / math.sqrt(2))) / 2 + s * density

    @staticmethod
    def _u(s: Array) -> Array:
        return math.sqrt(2 / math.pi) * (s + 0.044715 * s**3)


@dataclass(frozen=True)
class HardTanh(Elementwise):
    """s cut off at −1 and 1.

    Source: Collobert 2004. Chapter: perceptrons. Differs from it in: nothing.
    """

    def value(self, s: Array) -> Array:
        """s between −1 and 1."""
        return namespace(s).clip(s, -1.0, 1.0)

    def derivative(self, s: Array) -> Array:
        """1 strictly inside, else 0."""
        return _choose(abs(s) < 1, s)


identity = Identity()
threshold = Threshold()
logistic = Logistic()
tanh = Tanh()
bipolar_sigmoid = BipolarSigmoid()
relu = ReLU()
softplus = Softplus()
silu = SiLU()
gelu = GELU()
gelu_tanh = GELU(approximate=True)
hard_tanh = HardTanh()
# Klambauer et al. 2017: mean 0 and variance 1 are a fixed point of the layer map.
selu = ELU(alpha=1.6732632423543772, scale=1.0507009873554805)


# --------------------------------------------------------------------------------
# Softmax


def softmax(s: Array, axis: int = -1) -> Array:
    """exp(s_k) / Σ_j exp(s_j) along ``axis``: (N, K) to (N, K), each row sums to 1.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: the index k,
    missing there; the maximum is subtracted first, which changes nothing but overflow.
    """
    xp = namespace(s)
    e = xp.exp(s - xp.max(s, axis=axis, keepdims=True))
    return e / xp.sum(e, axis=axis, keepdims=True)


def log_softmax(s: Array, axis: int = -1) -> Array:
    """ln softmax(s), finite also where softmax underflows to 0."""
    xp = namespace(s)
    s = s - xp.max(s, axis=axis, keepdims=True)
    return s - xp.log(xp.sum(xp.exp(s), axis=axis, keepdims=True))


def softmax_jacobian(y: Array) -> Array:
    """∂y_k/∂s_j = y_k (δ_kj − y_j) from the output y: (..., K) to (..., K, K).

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: derived here.
    """
    diagonal = y[..., :, None] * namespace(y).eye(
        y.shape[-1], dtype=y.dtype, device=y.device
    )
    return diagonal - y[..., :, None] * y[..., None, :]


def softmax_vjp(y: Array, grad_y: Array) -> Array:
    """∂E/∂s from ∂E/∂y, both (..., K), without forming the Jacobian."""
    mean = namespace(y).sum(grad_y * y, axis=-1, keepdims=True)
    return y * (grad_y - mean)


def _choose(condition: Array, like: Array) -> Array:
    """1 where the condition holds, else 0, in the dtype of ``like``."""
    xp = namespace(like)
    return xp.where(condition, xp.ones_like(like), xp.zeros_like(like))
