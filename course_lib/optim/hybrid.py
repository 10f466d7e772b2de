"""The hybrid method: Levenberg-Marquardt for the classifier, Adam for what feeds it.

The network is cut at ``boundary`` into a trunk (convolutions and pooling, the paper's
parametrizer) and a head (its classifier). With Z the trunk's output, one step is::

    head:   (Jᵀ J + λ I) p = −Jᵀ r,  J = ∂r/∂θ_head, tested with the trunk fixed   (1)
    handed over:  ∂E/∂Z at the old head, or at the new one                  (2)
    trunk:  Adam on the gradient that (2) gives by backpropagation          (3)

``order="simultaneous"`` takes (2) at the old head, from the pass that (1) needs anyway;
"sequential" at the new one, for one more backward pass. Only the head's part is tested:
E may rise. What the paper calls the gradient to be handed over, Jᵀ e, is one with
respect to the head's *weights*; (2) is what the trunk needs.

Errors in decibels relative to the start, and the paper's stop level, which guarantees
that no output is on the wrong side of ½::

    E_dB = 10 lg (SSE / SSE₀),   stop = 10 lg (1 / (4 Q M))                 (4)

Source: Golubinskiy and Tolstykh 2021, section 4, (35), (36). Chapter: hybrid-method.
Differs from it in: (2); (36) is printed upside down, and with the initial response for
the target.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from course_lib.arrays import namespace
from course_lib.layers import Dense
from course_lib.networks.sequential import Sequential
from course_lib.objectives import NetworkObjective
from course_lib.optim.adam import Adam
from course_lib.optim.levenberg_marquardt import LevenbergMarquardt, LMState
from course_lib.optim.method import Status, StepInfo

__all__ = [
    "Hybrid",
    "HybridState",
    "accumulated_step",
    "boundary_by_rule",
    "decibels",
    "first_dense",
    "mean_step",
    "on_prior_plateau",
    "prior_level",
    "stop_level",
    "zero_error_level",
]

Array = Any


class HybridState(NamedTuple):
    """The states of the trunk's rule and of the head's method."""

    trunk: Any
    head: Any


@dataclass(frozen=True)
class Hybrid:
    """Equations (1) to (3) for a `NetworkObjective`.

    Parameters
    ----------
    trunk : a rule
        ``learning_rate`` 0 leaves the trunk as it is, bit by bit.
    head : a curvature method
    boundary : int or "auto"
        Number of the head's first layer. 0 is the head's method alone, the number of
        layers the trunk's rule alone; "auto" is the first dense layer.
    order : "simultaneous" or "sequential"

    Source: Golubinskiy and Tolstykh 2021, section 4. Chapter: hybrid-method. Differs
    from it in: see the module.
    """

    trunk: Any = field(default_factory=Adam)
    head: Any = field(default_factory=LevenbergMarquardt)
    boundary: int | Literal["auto"] = "auto"
    order: Literal["simultaneous", "sequential"] = "simultaneous"

    needs = ("network", "value")

    def __post_init__(self) -> None:
        if self.order not in ("simultaneous", "sequential"):
            raise ValueError(
                f'order: expected "simultaneous" or "sequential"; got {self.order!r}'
            )

        if not (self.boundary == "auto" or isinstance(self.boundary, int | np.integer)):
            raise ValueError(
                f'boundary: expected "auto" or the number of a layer; got '
                f"{self.boundary!r}"
            )

    def init(self, theta: Array) -> HybridState | None:
        """None: the parts are known with the first objective."""
        return None

    def step(
        self, theta: Array, objective: NetworkObjective, state: HybridState | None
    ) -> tuple[Array, HybridState | None, StepInfo]:
        """(θ, state, info) after one step of both parts."""
        net, x, t, loss = (getattr(objective, n) for n in ("network", "x", "t", "loss"))
        cut = self._cut(net)
        trunk, head = _parts(net, cut)
        size = trunk.size if trunk else 0
        a, b = theta[:size], theta[size:]
        if state is None:
            state = HybridState(
                self.trunk.init(a) if size else None,
                self.head.init(b) if head else None,
            )
        Z, tape = trunk.forward(a, x) if trunk else (x, None)
        grad_Z = _grad_Z(head, b, Z, t, loss)
        norm = math.nan
        if head:
            b, head_state, info = self.head.step(
                b, NetworkObjective(head, Z, t, loss), state.head
            )
            state, norm = state._replace(head=head_state), info.gradient_norm
            if info.status in (Status.SINGULAR, Status.NOT_FINITE):
                return theta, state, info
        if trunk and size:
            if self.order == "sequential":
                grad_Z = _grad_Z(head, b, Z, t, loss)
            g = trunk.backward(a, tape, grad_Z)[1]
            a, trunk_state = self.trunk.update(a, g, state.trunk)
            state = state._replace(trunk=trunk_state)
        new = namespace(theta).concat([a, b])
        value = float(objective.value(new))
        if not math.isfinite(value):
            return theta, state, StepInfo(value, norm, Status.NOT_FINITE)
        rejected = info.rejected if head else 0
        damping = info.damping if head else 0.0
        return new, state, StepInfo(value, norm, Status.RUNNING, rejected, damping)

    def _cut(self, net: Sequential) -> int:
        cut = first_dense(net) if self.boundary == "auto" else self.boundary
        if not 0 <= cut <= len(net.layers):
            raise ValueError(
                f"boundary: expected 0 to {len(net.layers)}, the number of layers; got "
                f"{cut}"
            )
        return cut


def _parts(net: Sequential, cut: int) -> tuple[Sequential | None, Sequential | None]:
    if cut == 0:
        return None, net
    if cut == len(net.layers):
        return net, None
    return net.split(cut)


def _two_parts(method: Hybrid, net: Sequential) -> tuple[Sequential, Sequential]:
    trunk, head = _parts(net, method._cut(net))
    if trunk is None or head is None:
        raise ValueError("boundary: expected a trunk and a head; one of them is empty")
    return trunk, head


def _grad_Z(head: Sequential | None, b: Array, Z: Array, t: Array, loss: Any) -> Array:
    """Equation (2)."""
    if head is None:
        return loss.gradient(Z, t)
    y, cache = head.forward(b, Z)
    return head.backward(b, cache, loss.gradient(y, t))[0]


def mean_step(
    method: Hybrid,
    theta: Array,
    objective: NetworkObjective,
    parts: Sequence[np.ndarray],
    state: HybridState | None,
) -> tuple[Array, HybridState, StepInfo]:
    """The paper's mini-batches: one update per epoch by the mean of the increments.

    ``parts`` are the sample numbers of every batch. All increments are taken at the
    same θ and one λ; the head's mean increment is tested on all samples, the trunk's
    rule sees the mean gradient. It is *not* the step of the whole set, which
    accumulating Jᵀ J over batches would give with the same memory.

    Source: Golubinskiy and Tolstykh 2021, section 4. Chapter: hybrid-method. Differs
    from it in: λ and acceptance, unprinted.
    """
    lm: LevenbergMarquardt = method.head
    x, t, loss = objective.x, objective.t, objective.loss
    trunk, head = _two_parts(method, objective.network)
    a, b = theta[: trunk.size], theta[trunk.size :]
    if state is None:
        state = HybridState(method.trunk.init(a), lm.init(b))
    systems, grads = [], []
    for part in parts:
        Z, tape = trunk.forward(a, x[part])
        lin = NetworkObjective(head, Z, t[part], loss).linearize(b)
        systems.append(lm.system(lin, b))
        grad_Z = _grad_Z(head, b, Z, t[part], loss)
        grads.append(trunk.backward(a, tape, grad_Z)[1])
    whole = NetworkObjective(head, trunk.predict(a, x), t, loss)
    E, lam, taken = float(whole.value(b)), state.head.lam, None
    rejected = 0
    while rejected < lm.attempts:
        steps = [system.step(lam) for system in systems]
        if all(p is not None for p in steps):
            trial = b + sum(steps) / len(steps)
            if float(whole.value(trial)) < E:
                taken = trial
                break
        lam, rejected = lam * lm.factor, rejected + 1
    lam = max(lam / lm.factor, 1e-16) if taken is not None else lam
    a, trunk_state = method.trunk.update(a, sum(grads) / len(grads), state.trunk)
    moved = namespace(theta).concat([a, b if taken is None else taken])
    new, value = HybridState(trunk_state, LMState(lam)), float(objective.value(moved))
    if not math.isfinite(value):
        return theta, new, StepInfo(value, math.nan, Status.NOT_FINITE, rejected, lam)
    return moved, new, StepInfo(value, math.nan, rejected=rejected, damping=lam)


def accumulated_step(
    method: Hybrid,
    theta: Array,
    objective: NetworkObjective,
    parts: Sequence[np.ndarray],
    state: HybridState | None,
) -> tuple[Array, HybridState, StepInfo]:
    """The step of the whole set, its passes through the trunk a batch at a time.

    ``parts`` are the sample numbers of every batch, each sample once. Kept of all of
    them is the trunk's output Z; a pass with its tape, in which convolutions need the
    memory, is made for one batch. Up to rounding this is `Hybrid.step`.

    Source: identity; Golubinskiy and Tolstykh 2021 take `mean_step`. Chapter:
    hybrid-method.
    """
    x, t, loss = objective.x, objective.t, objective.loss
    trunk, head = _two_parts(method, objective.network)
    order = np.concatenate([np.asarray(part) for part in parts])
    if not np.array_equal(np.sort(order), np.arange(x.shape[0])):
        raise ValueError(
            f"parts: expected every one of {x.shape[0]} samples once; got {len(order)}"
        )
    a, b, xp = theta[: trunk.size], theta[trunk.size :], namespace(theta)
    if state is None:
        state = HybridState(method.trunk.init(a), method.head.init(b))
    Z, t = xp.concat([trunk.predict(a, x[part]) for part in parts]), t[order]
    new, head_state, info = method.head.step(
        b, NetworkObjective(head, Z, t, loss), state.head
    )
    state = state._replace(head=head_state)
    if info.status in (Status.SINGULAR, Status.NOT_FINITE):
        return theta, state, info
    at, g, start = new if method.order == "sequential" else b, 0.0, 0
    grad_Z = _grad_Z(head, at, Z, t, loss)
    for part in parts:
        _, tape = trunk.forward(a, x[part])
        g = g + trunk.backward(a, tape, grad_Z[start : start + len(part)])[1]
        start += len(part)
    a, trunk_state = method.trunk.update(a, g, state.trunk)
    state = state._replace(trunk=trunk_state)
    Z = xp.concat([trunk.predict(a, x[part]) for part in parts])
    value = float(loss.value(head.predict(new, Z), t))
    if not math.isfinite(value):
        return theta, state, info._replace(value=value, status=Status.NOT_FINITE)
    info = info._replace(value=value, status=Status.RUNNING)
    return xp.concat([a, new]), state, info


# --------------------------------------------------------------------------------
# Where to cut


def first_dense(net: Sequential) -> int:
    """The number of the first dense layer, or of layers if there is none."""
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Dense):
            return i
    return len(net.layers)


def boundary_by_rule(net: Sequential) -> int:
    """The paper's rules of thumb: where the head should begin.

    Fewer than 2000 parameters in all: at 0, Levenberg-Marquardt alone. More than 1000
    units in the dense layers: the last three dense layers. Else all dense layers.

    Source: Golubinskiy and Tolstykh 2021, section 4. Chapter: hybrid-method. Differs
    from it in: nothing; both networks of the paper fall under the first rule.
    """
    if net.size < 2000:
        return 0
    dense = [i for i, layer in enumerate(net.layers) if isinstance(layer, Dense)]
    if sum(net.layers[i].outputs for i in dense) > 1000:
        return dense[-3:][0]
    return dense[0] if dense else len(net.layers)


# --------------------------------------------------------------------------------
# Decibels


def decibels(sse: Any, sse_start: float) -> Any:
    """Equation (4): 0 at the start, negative and falling after it.

    Source: Golubinskiy and Tolstykh 2021, (36). Chapter: hybrid-method. Differs from it
    in: the ratio is the other way up, and compares with the target.
    """
    if not sse_start > 0:
        raise ValueError(f"sse_start: expected > 0; got {sse_start}")
    return 10 * np.log10(np.asarray(sse, float) / sse_start)


def stop_level(Q: int, M: int) -> float:
    """10 lg (1 / (4 Q M)): −32.55 dB for Iris, −63.80 dB for MNIST.

    Source: Golubinskiy and Tolstykh 2021, (35). Chapter: hybrid-method. Differs from it
    in: the base of the logarithm is said.
    """
    if not (Q >= 1 and M >= 1):
        raise ValueError(f"Q, M: expected >= 1 objects and outputs; got {Q}, {M}")
    return 10 * math.log10(1 / (4 * Q * M))


def zero_error_level(sse_start: float) -> float:
    """The level at which SSE = ¼: every output is on its side of ½."""
    return float(decibels(0.25, sse_start))


def prior_level(t: Array, sse_start: float) -> float:
    """The level of a network that says the mean target to everything.

    A run that stays here has learned the frequencies of the classes and nothing else:
    the paper's paralysis, in operation.
    """
    t = np.asarray(t, float)
    return float(decibels(((t - t.mean(axis=0)) ** 2).sum(), sse_start))


def on_prior_plateau(
    errors_db: Sequence[float], prior_db: float, width: float = 0.5, length: int = 10
) -> bool:
    """Whether the last ``length`` errors are within ``width`` dB of the prior level."""
    last = np.asarray(errors_db, float)[-length:]
    return len(last) == length and bool((np.abs(last - prior_db) <= width).all())
