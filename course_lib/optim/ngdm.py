"""NGDM: momentum preconditioned by a constant Dirichlet Fisher matrix.

With u the Nesterov direction of `gradient_descent`, decay included::

    θ ← θ − η F⁻¹ u                                                         (1)

F is built once from hand-picked parameters α (or α, β) of a law; it knows neither loss
nor data. In the form the paper writes out, F⁻¹ = diag(1/ψ′(α_i)), (1) is momentum with
a constant rate η / ψ′(α_i) ≈ η (α_i − ½) per weight: equal α give the path of
`Momentum` at rate η / ψ′(α) to rounding. It is no natural gradient.

Modes of F⁻¹ u: "dir_diag", "dir_full" (Sherman and Morrison, one dot product),
"gdir_diag", "gdir_block" (2 × 2 blocks), "identity".

The paper's rule α_i = α + slope · i leaves i open. ``reading`` says what i counts:
"tensor" the parameter arrays (1, 2, ...), "wrapped" the weights modulo 10, "clipped"
the weights with α kept in [lowest, highest], "literal" the weights as they are, which
leaves the law's domain and is refused where α ≤ 0.

Source: Abdulkadirov and Lyakhov 2023, Algorithm 4. Chapter: dirichlet-methods. Differs
from it in: the Nesterov direction has the current gradient; the readings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from course_lib.arrays import namespace
from course_lib.dirichlet import trigamma
from course_lib.optim.method import check_fields, check_pair

__all__ = ["NGDM", "NGDMState", "alpha_rule"]

Array = Any
Mode = Literal["dir_diag", "dir_full", "gdir_diag", "gdir_block", "identity"]


def alpha_rule(
    start: float,
    slope: float,
    P: int,
    reading: str = "tensor",
    segments: Sequence[tuple[int, int]] | None = None,
    lowest: float = 1.0,
    highest: float = 9.0,
) -> np.ndarray:
    """α of every weight, (P,), by one reading of α_i = start + slope · i.

    ``segments`` are the (start, stop) of the parameter arrays, for "tensor".

    Source: Abdulkadirov and Lyakhov 2023, section 4. Chapter: dirichlet-methods.
    Differs from it in: the reading is said.
    """
    if reading == "tensor":
        index = np.empty(P)
        for k, (a, b) in enumerate(segments or [(0, P)], start=1):
            index[a:b] = k
    elif reading in ("wrapped", "clipped", "literal"):
        index = np.arange(1.0, P + 1)
        if reading == "wrapped":
            index = 1 + (index - 1) % 10
    else:
        raise ValueError(
            'reading: expected "tensor", "wrapped", "clipped" or "literal"; got '
            f"{reading!r}"
        )
    alpha = start + slope * index
    if reading == "clipped":
        alpha = np.clip(alpha, lowest, highest)
    if not (alpha > 0).all():
        first = int(np.argmax(alpha <= 0))
        raise ValueError(
            f"slope: alpha becomes {alpha[first]:.3g} at weight {first + 1}, where no "
            'Dirichlet law exists; use reading="tensor", "wrapped" or "clipped"'
        )
    return alpha


class NGDMState(NamedTuple):
    """v of the momentum, its step count, and what the mode needs of F⁻¹."""

    v: Array
    t: int
    metric: tuple


@dataclass(frozen=True)
class NGDM:
    """Equation (1); ``alpha`` and ``beta`` are numbers or arrays of shape (P,).

    For the generalized modes neighbouring weights form pairs (α_i, β_i), an odd number
    of weights gets one dummy; only the even entries of ``alpha`` and ``beta`` are used.

    Source: Abdulkadirov and Lyakhov 2023, Algorithm 4. Chapter: dirichlet-methods.
    Differs from it in: see the module.
    """

    learning_rate: float
    alpha: Any = 1.4
    beta: Any = None
    mode: Mode = "dir_diag"
    mu: float = 0.9
    dampening: float = 0.0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "mu", "dampening", "weight_decay")
        known = ("dir_diag", "dir_full", "gdir_diag", "gdir_block", "identity")
        if self.mode not in known:
            raise ValueError(f"mode: expected one of {known}; got {self.mode!r}")
        if self.mode.startswith("gdir") and self.beta is None:
            raise ValueError(f'beta: mode "{self.mode}" needs it; got None')
        for name in ("alpha", "beta"):
            value = getattr(self, name)
            if value is not None and not (np.asarray(value) > 0).all():
                lowest = float(np.min(value))
                raise ValueError(f"{name}: expected positive numbers; got {lowest:.3g}")

    def init(self, theta: Array) -> NGDMState:
        """v = 0; F⁻¹ of the mode, computed once."""
        xp, P = namespace(theta), theta.shape[0]

        for name in ("alpha", "beta"):
            value = getattr(self, name)
            if value is not None and np.shape(value) not in ((), (1,), (P,)):
                raise ValueError(
                    f"{name}: expected a number or one per weight, ({P},); got shape "
                    f"{np.shape(value)}"
                )

        def move(a: Any) -> Array:
            return xp.asarray(np.asarray(a), dtype=theta.dtype, device=theta.device)

        metric: tuple = ()
        if self.mode.startswith("dir"):
            alpha = np.broadcast_to(np.asarray(self.alpha, float), (P,))
            h, c = 1 / trigamma(alpha), float(trigamma(alpha.sum()))
            metric = (move(h),)
            if self.mode == "dir_full":
                if P < 2:
                    raise ValueError(
                        'mode: "dir_full" needs at least two weights (a law of one '
                        f"share knows nothing); got {P}"
                    )
                # 1 − c Σ h is small: in float64, whatever θ is
                metric = (move(h), c / (1 - c * float(h.sum())))
        elif self.mode.startswith("gdir"):
            pairs = (P + 1) // 2
            a, b = (
                np.broadcast_to(np.asarray(v, float), (P,))[::2]
                for v in (self.alpha, self.beta)
            )
            A, B, C = trigamma(a), trigamma(b), trigamma(a + b)
            if self.mode == "gdir_diag":
                metric = (move(np.stack([1 / A, 1 / B], 1).reshape(2 * pairs)[:P]),)
            else:
                determinant = A * B - C * (A + B)
                blocks = (v / determinant for v in (B - C, C, A - C))
                metric = tuple(move(block) for block in blocks)
        return NGDMState(xp.zeros_like(theta), 0, metric)

    def update(
        self, theta: Array, gradient: Array, state: NGDMState
    ) -> tuple[Array, NGDMState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        g = gradient + self.weight_decay * theta
        fresh = 1.0 if state.t == 0 else 1 - self.dampening
        v = self.mu * state.v + fresh * g
        step = self._solve(g + self.mu * v, state.metric)
        new = NGDMState(v, state.t + 1, state.metric)
        return theta - self.learning_rate * step, new  # eq. 1

    def _solve(self, u: Array, metric: tuple) -> Array:
        """F⁻¹ u."""
        if self.mode == "identity":
            return u
        if self.mode in ("dir_diag", "gdir_diag"):
            return metric[0] * u
        if self.mode == "dir_full":
            h, factor = metric
            return h * u + h * (factor * (h @ u))
        xp, P = namespace(u), u.shape[0]
        even = u if P % 2 == 0 else xp.concat([u, xp.zeros_like(u[:1])])
        a, b = even[0::2], even[1::2]
        first, cross, second = metric
        solved = xp.stack([first * a + cross * b, cross * a + second * b], axis=1)
        return xp.reshape(solved, (-1,))[:P]
