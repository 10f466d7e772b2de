"""The stochastic unit: it fires with a probability, so its output has no derivative.

    y = 1 with probability p = 1 / (1 + exp(−s)), else 0                    (1)

The mean of any f(y) is smooth in s, though, and its slope can be estimated from
samples:

    score function    (f(y) − c) (y − p),  unbiased for any constant c      (2)
    straight-through  f′(y) p (1 − p),     exact for linear f only          (3)

Source: Borisov 2024, slide "stochastic neuron"; Williams 1992; Bengio et al. 2013.
Chapter: perceptrons. Differs from it in: (2) and (3) are not on the slide.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.activations import logistic
from course_lib.arrays import namespace, uniform

__all__ = ["sample", "score_gradient", "straight_through_gradient"]

Array = Any


def sample(s: Array, rng: Any) -> Array:
    """Equation (1): zeros and ones of the shape and dtype of s.

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: nothing.
    """
    xp, s = namespace(s), s if hasattr(s, "shape") else np.asarray(s, float)
    return xp.astype(uniform(rng, tuple(s.shape), s) < logistic(s), s.dtype)


def score_gradient(
    f: Callable[[Array], Array], s: Array, rng: Any, baseline: float = 0.0
) -> Array:
    """Equation (2): one unbiased estimate of d mean f(y) / ds for every entry of s.

    Source: Williams 1992. Chapter: perceptrons. Differs from it in: nothing.
    """
    y = sample(s, rng)
    return (f(y) - baseline) * (y - logistic(s))


def straight_through_gradient(
    slope: Callable[[Array], Array], s: Array, rng: Any
) -> Array:
    """Equation (3), ``slope`` being f′: biased unless f is linear.

    Source: Bengio et al. 2013. Chapter: perceptrons. Differs from it in: nothing.
    """
    return slope(sample(s, rng)) * logistic.derivative(s)
