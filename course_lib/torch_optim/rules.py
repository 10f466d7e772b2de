"""First-order rules as ``torch.optim.Optimizer``: every tensor is one segment.

A parameter is updated in place, its storage left where it is. `SGD`, `Adam`, `AdamW`
and `NGDM` work through their tensors in pieces that stay in the cache; the others call
the pure rule. With ``fused=True`` these four, `AdaGrad` and `RMSProp` make one compiled
pass over memory (CPU; needs numba). All are tested equal.

Source: none in the sources. Chapter: adaptive-methods.
"""

import functools
import math
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch

from course_lib import optim
from course_lib.dirichlet import trigamma

__all__ = [
    "NGDM",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Apollo",
    "IRpropPlus",
    "Quickprop",
    "RMSProp",
    "Rprop",
]

PIECE = 1 << 15  # numbers per piece: five float32 pieces fit into a level-2 cache


class _RuleOptimizer(torch.optim.Optimizer):
    """An optimizer whose step is a rule of `course_lib.optim` per tensor."""

    def __init__(self, params: Iterable[Any], **defaults: Any) -> None:
        self._rule(defaults, range(1, 2))  # out of range: refused now
        if defaults.get("fused") and not find_spec("numba"):
            raise ValueError(
                "fused: expected numba and found none; pip install numba, or leave "
                "fused=False"
            )
        super().__init__(params, defaults)

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        """The rule of a group whose tensors have these numbers, from 1 over all."""
        raise NotImplementedError

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from the state of an optimizer of the same kind."""
        for kept in state_dict["state"].values():
            theirs = {"step", "momentum_buffer"} & set(kept)
            if theirs:
                raise ValueError(
                    f"state_dict: expected one of {type(self).__name__} of this "
                    f"library; this one, with {theirs.pop()!r}, is torch's"
                )
        super().load_state_dict(state_dict)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        last = 0
        for group in self.param_groups:
            numbers = range(last + 1, last + 1 + len(group["params"]))
            rule, last = self._rule(group, numbers), last + len(numbers)
            if getattr(rule, "uses_value", False):
                if loss is None:
                    raise ValueError(
                        "closure: expected one that returns the loss, which "
                        f"{type(self).__name__} compares; got None"
                    )
                self._value = float(loss.detach())
            for k, p in enumerate(group["params"]):
                if p.grad is None:
                    continue
                _check_tensor(p)
                _follow(p, self.state[p])
                if group.get("fused"):
                    _check_fused(p)
                    self._fused(rule, k, p, p.grad, self.state[p])
                else:
                    self._apply(rule, k, p, p.grad, self.state[p])
        return loss

    def _apply(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        """The pure rule on tensor k of the group, flattened; state kept by field."""
        theta, g = p.reshape(-1), g.reshape(-1)
        state = rule.init(theta)
        if kept:
            state = type(state)(**kept)
        more = (self._value,) if getattr(rule, "uses_value", False) else ()
        new, state = rule.update(theta, g, state, *more)
        p.copy_(new.reshape(p.shape))
        kept.update(state._asdict())

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        """The rule in one pass of `_compiled`."""
        raise NotImplementedError


class SGD(_RuleOptimizer):
    """`optim.Momentum`, or gradient descent where ``momentum`` (μ) is 0."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        fused: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            fused=fused,
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.Momentum(
            group["lr"],
            group["momentum"],
            group["dampening"],
            group["nesterov"],
            group["weight_decay"],
        )

    def _apply(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        if rule.mu:
            _momentum(rule, rule.learning_rate, rule.nesterov, p, g, kept)
            return
        if rule.weight_decay:
            g = g.add(p, alpha=rule.weight_decay)
        p.add_(g, alpha=-rule.learning_rate)  # nothing to remember: one pass already

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        if rule.mu:
            _momentum_fused(rule, rule.learning_rate, rule.nesterov, p, g, kept)
        else:
            self._apply(rule, k, p, g, kept)


class Adam(_RuleOptimizer):
    """`optim.Adam`, decay coupled; ``betas`` is (β₁, β₂)."""

    _kind: Any = optim.Adam

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        fused: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=fused
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return self._kind(
            group["lr"], *group["betas"], group["eps"], group["weight_decay"]
        )

    def _count(self, rule: Any, p: Any, kept: dict[str, Any]) -> tuple[float, float]:
        """η / (1 − β₁ᵗ) and √(1 − β₂ᵗ) of this step."""
        if not kept:
            kept["m"], kept["v"] = torch.zeros_like(p), torch.zeros_like(p)
            kept["t"] = 0
        kept["t"] += 1
        rate = rule.learning_rate / (1 - rule.beta1 ** kept["t"])
        return rate, math.sqrt(1 - rule.beta2 ** kept["t"])

    def _apply(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        rate, root = self._count(rule, p, kept)
        for p_, g_, m, v in _pieces(p, g, kept["m"], kept["v"]):
            if rule.weight_decay and rule._decoupled:
                p_.mul_(1 - rule.learning_rate * rule.weight_decay)
            elif rule.weight_decay:
                g_ = g_.add(p_, alpha=rule.weight_decay)
            m.lerp_(g_, 1 - rule.beta1)
            v.mul_(rule.beta2).addcmul_(g_, g_, value=1 - rule.beta2)
            p_.addcdiv_(m, v.sqrt().div_(root).add_(rule.eps), value=-rate)

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        rate, root = self._count(rule, p, kept)
        b1, b2, rho = rule.beta1, rule.beta2, rule.weight_decay
        decay, shrink = (
            (0, 1 - rule.learning_rate * rho) if rule._decoupled else (rho, 1)
        )
        constants = rate, b1, 1 - b1, b2, 1 - b2, root, rule.eps, decay, shrink
        _one_pass("adam", (p, g, kept["m"], kept["v"]), constants)


class AdamW(Adam):
    """`optim.AdamW`, decay decoupled; ``betas`` is (β₁, β₂)."""

    _kind = optim.AdamW

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        fused: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, fused)


class AdaGrad(_RuleOptimizer):
    """`optim.AdaGrad`."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        weight_decay: float = 0.0,
        eps: float = 1e-10,
        fused: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, weight_decay=weight_decay, eps=eps, fused=fused)

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.AdaGrad(group["lr"], group["eps"], group["weight_decay"])

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        _sum_of_squares_fused("G", 1, 1, rule, p, g, kept)


class AdaDelta(_RuleOptimizer):
    """`optim.AdaDelta`; ``rho`` is its averaging."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.AdaDelta(
            group["lr"], group["rho"], group["eps"], group["weight_decay"]
        )


class RMSProp(_RuleOptimizer):
    """`optim.RMSProp`; ``alpha`` is its averaging."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        fused: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, fused=fused
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.RMSProp(
            group["lr"], group["alpha"], group["eps"], group["weight_decay"]
        )

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        keep = rule.averaging
        _sum_of_squares_fused("S", keep, 1 - keep, rule, p, g, kept)


class Rprop(_RuleOptimizer):
    """`optim.Rprop` (Rprop−; torch's is iRprop−); full batch only.

    ``lr`` is the first step, ``etas`` is (shrink, grow), ``step_sizes`` (smallest,
    largest).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.1,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
    ) -> None:
        super().__init__(params, lr=lr, etas=etas, step_sizes=step_sizes)

    _kind: Any = optim.Rprop

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        shrink, grow = group["etas"]
        return self._kind(group["lr"], grow, shrink, *group["step_sizes"])


class IRpropPlus(Rprop):
    """`optim.IRpropPlus`: ``step(closure)``, for it looks at the loss; full batch only.

    Arguments as for `Rprop`.
    """

    _kind = optim.IRpropPlus


class Quickprop(_RuleOptimizer):
    """`optim.Quickprop`; full batch only; ``largest`` is μ_max."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.05,
        largest: float = 1.75,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, largest=largest, weight_decay=weight_decay)

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.Quickprop(group["lr"], group["largest"], group["weight_decay"])


class Apollo(_RuleOptimizer):
    """`optim.Apollo`, every tensor one segment, as its author's code."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        beta: float = 0.9,
        eps: float = 1e-4,
        sigma: float = 0.01,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params, lr=lr, beta=beta, eps=eps, sigma=sigma, weight_decay=weight_decay
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.Apollo(
            group["lr"],
            group["beta"],
            group["eps"],
            group["sigma"],
            group["weight_decay"],
        )


class NGDM(_RuleOptimizer):
    """`optim.NGDM` in its diagonal Dirichlet form: α = alpha + slope · i for tensor i.

    i counts the tensors from 1, so that the preconditioner is one number per tensor.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        alpha: float = 1.4,
        slope: float = 0.005,
        momentum: float = 0.9,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        fused: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            slope=slope,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            fused=fused,
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.NGDM(
            group["lr"],
            group["alpha"] + group["slope"] * np.array(numbers),
            mu=group["momentum"],
            dampening=group["dampening"],
            weight_decay=group["weight_decay"],
        )

    def _apply(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        rate = rule.learning_rate / _trigamma(float(rule.alpha[k]))
        _momentum(rule, rate, True, p, g, kept)

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        rate = rule.learning_rate / _trigamma(float(rule.alpha[k]))
        _momentum_fused(rule, rate, True, p, g, kept)


@functools.lru_cache(maxsize=1024)
def _trigamma(alpha: float) -> float:
    """ψ′(α), kept: every step asks for the same few."""
    return float(trigamma(alpha))


def _momentum(
    rule: Any, rate: float, nesterov: bool, p: Any, g: Any, kept: dict[str, Any]
) -> None:
    """The step of `optim.Momentum` at ``rate``, piece by piece."""
    fresh = _fresh(rule, p, kept)
    for p_, g_, v in _pieces(p, g, kept["v"]):
        if rule.weight_decay:
            g_ = g_.add(p_, alpha=rule.weight_decay)
        v.mul_(rule.mu).add_(g_, alpha=fresh)
        step = g_.add(v, alpha=rule.mu) if nesterov else v
        p_.add_(step, alpha=-rate)


def _momentum_fused(
    rule: Any, rate: float, nesterov: bool, p: Any, g: Any, kept: dict[str, Any]
) -> None:
    """The same in one compiled pass."""
    fresh = _fresh(rule, p, kept)
    now, old = (1, rule.mu) if nesterov else (0, 1)
    constants = rate, rule.mu, fresh, rule.weight_decay, now, old
    _one_pass("momentum", (p, g, kept["v"]), constants)


def _fresh(rule: Any, p: Any, kept: dict[str, Any]) -> float:
    """The weight of the gradient in v, and one more step counted."""
    if not kept:
        kept["v"], kept["t"] = torch.zeros_like(p), 0
    kept["t"] += 1
    return 1.0 if kept["t"] == 1 else 1 - rule.dampening


def _sum_of_squares_fused(
    name: str, keep: float, fresh: float, rule: Any, p: Any, g: Any, kept: Any
) -> None:
    """kept[name] ← keep kept[name] + fresh g², and a step divided by its root."""
    if not kept:
        kept[name] = torch.zeros(p.numel(), dtype=p.dtype)
    constants = rule.learning_rate, keep, fresh, rule.eps, rule.weight_decay
    _one_pass("sum_of_squares", (p, g, kept[name]), constants)


def _one_pass(name: str, tensors: tuple, constants: tuple) -> None:
    """The loop of this name in `_compiled` over tensors, in place.

    One thread: the loop waits for memory, a second one measured no faster.
    """
    from course_lib.torch_optim import _compiled

    arrays = [a.detach().reshape(-1).numpy() for a in tensors]
    numbers = _compiled.numbers(arrays[0], *constants)
    getattr(_compiled, name)(*arrays, *numbers)
    torch.autograd.graph.increment_version(tensors[0])


def _check_fused(p: Any) -> None:
    fits = p.device.type == "cpu" and p.dtype in (torch.float32, torch.float64)
    if not (fits and p.is_contiguous()):
        raise ValueError(
            "fused: expected contiguous float32 or float64 parameters on the CPU; got "
            f"{p.dtype} on {p.device}; leave fused=False"
        )


def _check_tensor(p: Any) -> None:
    if p.grad.is_sparse or p.is_complex():
        raise ValueError(
            "params: expected dense real tensors with dense gradients; got "
            f"{p.dtype}, sparse gradient: {p.grad.is_sparse}"
        )


def _follow(p: Any, kept: dict[str, Any]) -> None:
    """Where the parameter has been moved by model.to(...), move its state along."""
    for name, value in kept.items():
        moved = torch.is_tensor(value) and (
            value.dtype != p.dtype or value.device != p.device
        )
        if moved:
            kept[name] = value.to(p)


def _pieces(p: Any, *others: Any) -> Any:
    """Views of the same stretch of all tensors, small enough for the cache."""
    same = all(a.is_contiguous() for a in (p, *others))
    if not same or p.numel() <= PIECE or p.device.type != "cpu":
        return [(p, *others)]
    flat = [a.view(-1).split(PIECE) for a in (p, *others)]
    return zip(*flat, strict=True)
