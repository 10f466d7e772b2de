"""The course's rules as ``torch.optim.Optimizer``, with torch's argument names.

    optimizer = course_lib.torch_optim.Adam(model.parameters(), lr=1e-3)

Groups, ``state_dict`` and learning-rate schedulers work as usual; every parameter
tensor is one segment, updated in place, its storage left where it is. `SGD`, `Adam`,
`AdamW` and `NGDM` work through their tensors in pieces that stay in the cache; the
others call the pure rule. With ``fused=True`` these four, `AdaGrad` and `RMSProp` make
one compiled pass over memory (CPU; needs numba). All are tested equal.

`LevenbergMarquardt(model, loss)` takes whole steps::

    info = optimizer.step(inputs, targets)

It records what goes into and out of every Linear and Conv2d, so that the model must be
one in which each of them runs once per sample and nothing mixes samples; where that
does not hold it says so, or falls back to rows of the Jacobian by `torch.func`.

Source: none in the sources. Chapter: levenberg-marquardt.
"""

import contextlib
import functools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import nn

from course_lib import optim
from course_lib.dirichlet import trigamma
from course_lib.losses import CrossEntropy, SquaredError
from course_lib.objectives import (
    DenseBlock,
    ExplicitJacobian,
    FactoredJacobian,
    RowBlock,
)
from course_lib.optim import levenberg_marquardt as lm
from course_lib.optim.method import StepInfo

__all__ = [
    "NGDM",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Apollo",
    "LevenbergMarquardt",
    "Quickprop",
    "RMSProp",
    "Rprop",
]

PIECE = 1 << 15  # numbers per piece: five float32 pieces fit into a level-2 cache


class _RuleOptimizer(torch.optim.Optimizer):
    """An optimizer whose step is a rule of `course_lib.optim` per tensor."""

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
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
            for k, p in enumerate(group["params"]):
                if p.grad is None:
                    continue
                _check_tensor(p)
                if group.get("fused"):
                    _check_fused(p)
                    self._fused(rule, k, p, p.grad, self.state[p])
                else:
                    self._apply(rule, k, p, p.grad, self.state[p])
        return loss

    def _apply(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        """The pure rule on tensor k of the group, flattened; state kept by field."""
        theta, g = p.reshape(-1), g.reshape(-1)
        start = rule.init(theta)
        if kept:
            state = type(start)(**kept)
        else:
            state = start
        new, state = rule.update(theta, g, state)
        p.copy_(new.reshape(p.shape))
        kept.update(state._asdict() if hasattr(state, "_asdict") else {})

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        """The rule in one pass of `course_lib._compiled_rules`."""
        raise NotImplementedError


class SGD(_RuleOptimizer):
    """`optim.Momentum` (or gradient descent where momentum is 0)."""

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
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "fused": fused,
            },
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
    """`optim.Adam`."""

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
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "fused": fused,
            },
        )

    _kind: Any = optim.Adam

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
    """`optim.AdamW`."""

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
        super().__init__(
            params,
            {"lr": lr, "weight_decay": weight_decay, "eps": eps, "fused": fused},
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.AdaGrad(group["lr"], group["eps"], group["weight_decay"])

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        if not kept:
            kept["G"] = torch.zeros(p.numel(), dtype=p.dtype)
        constants = rule.learning_rate, 1, 1, rule.eps, rule.weight_decay
        _one_pass("sum_of_squares", (p, g, kept["G"]), constants)


class AdaDelta(_RuleOptimizer):
    """`optim.AdaDelta`."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.AdaDelta(
            group["lr"], group["rho"], group["eps"], group["weight_decay"]
        )


class RMSProp(_RuleOptimizer):
    """`optim.RMSProp`."""

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
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "fused": fused,
            },
        )

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        return optim.RMSProp(
            group["lr"], group["alpha"], group["eps"], group["weight_decay"]
        )

    def _fused(self, rule: Any, k: int, p: Any, g: Any, kept: dict[str, Any]) -> None:
        if not kept:
            kept["S"] = torch.zeros(p.numel(), dtype=p.dtype)
        keep = rule.averaging
        constants = rule.learning_rate, keep, 1 - keep, rule.eps, rule.weight_decay
        _one_pass("sum_of_squares", (p, g, kept["S"]), constants)


class Rprop(_RuleOptimizer):
    """`optim.Rprop` (Rprop−; torch's is iRprop−); full batch only."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.1,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
    ) -> None:
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes})

    def _rule(self, group: dict[str, Any], numbers: range) -> Any:
        shrink, grow = group["etas"]
        return optim.Rprop(group["lr"], grow, shrink, *group["step_sizes"])


class Quickprop(_RuleOptimizer):
    """`optim.Quickprop`; full batch only."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.05,
        largest: float = 1.75,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params, {"lr": lr, "largest": largest, "weight_decay": weight_decay}
        )

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
            params,
            {
                "lr": lr,
                "beta": beta,
                "eps": eps,
                "sigma": sigma,
                "weight_decay": weight_decay,
            },
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
            {
                "lr": lr,
                "alpha": alpha,
                "slope": slope,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "fused": fused,
            },
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


def _one_pass(name: str, tensors: tuple, constants: tuple) -> None:
    """A loop of `course_lib._compiled_rules` over tensors, in place.

    One thread: the loop waits for memory, a second one measured no faster.
    """
    from course_lib import _compiled_rules

    arrays = [a.detach().reshape(-1).numpy() for a in tensors]
    numbers = _compiled_rules.numbers(arrays[0], *constants)
    getattr(_compiled_rules, name)(*arrays, *numbers)
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


def _pieces(p: Any, *others: Any) -> Any:
    """Views of the same stretch of all tensors, small enough for the cache."""
    same = all(a.is_contiguous() for a in (p, *others))
    if not same or p.numel() <= PIECE or p.device.type != "cpu":
        return [(p, *others)]
    flat = [a.view(-1).split(PIECE) for a in (p, *others)]
    return zip(*flat, strict=True)


# --------------------------------------------------------------------------------
# Levenberg-Marquardt on a user's module


class LevenbergMarquardt(torch.optim.Optimizer):
    """`optim.LevenbergMarquardt` for a module: ``step(inputs, targets) -> StepInfo``.

    Parameters
    ----------
    model : torch.nn.Module
        Its output must be (N, K), one row per sample.
    loss : "squared" or "cross_entropy"
        ½ Σ (y − t)², or softmax cross-entropy of logits (exact Gauss-Newton); divided
        by N with ``reduction="mean"``.
    method : optim.LevenbergMarquardt, optional
        Its hyperparameters.

    Raises
    ------
    ValueError
        If BatchNorm or Dropout is in training mode, or the output is not (N, K).

    Source: Golubinskiy and Tolstykh 2021, section 3. Chapter: levenberg-marquardt.
    Differs from it in: see `course_lib.optim.levenberg_marquardt`.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: str = "squared",
        method: lm.LevenbergMarquardt | None = None,
        reduction: str = "sum",
    ) -> None:
        losses = {"squared": SquaredError, "cross_entropy": CrossEntropy}
        if loss not in losses:
            raise ValueError(f"loss: expected one of {list(losses)}; got {loss!r}")
        trainable = [p for p in model.parameters() if p.requires_grad]
        if len({p.dtype for p in trainable}) != 1:
            raise ValueError(
                "model: expected trainable parameters of one dtype; got "
                f"{sorted({str(p.dtype) for p in trainable})}"
            )
        super().__init__(trainable, {})
        self.model, self.loss = model, losses[loss](reduction)
        self.method = method or lm.LevenbergMarquardt()
        self.route = ""
        self._state: lm.LMState | None = None

    def __getstate__(self) -> dict[str, Any]:
        """For `copy.deepcopy` and pickle; torch keeps only groups and state."""
        own = ("model", "loss", "method", "route", "_state")
        return super().__getstate__() | {name: getattr(self, name) for name in own}

    def step(self, inputs: Any, targets: Any) -> StepInfo:  # type: ignore[override]
        """One step on a batch; the parameters change only if the loss falls."""
        _check_mode(self.model)
        params = self.param_groups[0]["params"]
        theta = torch.cat([p.detach().reshape(-1) for p in params])
        state = self._state or self.method.init(theta)
        objective = _ModuleObjective(self, inputs, targets, params)
        with _one_thread(theta):
            new, self._state, info = self.method.step(theta, objective, state)
        objective.put(new)
        return info

    def explain(self, inputs: Any, targets: Any) -> str:
        """The table of routes for this model and batch, as text; nothing changes."""
        _check_mode(self.model)
        params = self.param_groups[0]["params"]
        theta = torch.cat([p.detach().reshape(-1) for p in params])
        objective = _ModuleObjective(self, inputs, targets, params)
        return lm.explain(objective.linearize(theta), self.method.scaling)

    def state_dict(self) -> dict[str, Any]:
        """λ, ν and the radius."""
        return {"state": tuple(self._state) if self._state else None}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved damping."""
        kept = state_dict["state"]
        self._state = lm.LMState(*kept) if kept else None


@contextlib.contextmanager
def _one_thread(theta: Any) -> Iterator[None]:
    """On the CPU, torch's operations on one thread, and BLAS's on as many as it has.

    A step alternates between the two pools, and the threads of the one that waits keep
    the cores busy: with two threads each a step measured 1.2 to 5 times slower.
    """
    if theta.is_cuda:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class _ModuleObjective:
    """A module on one batch as an objective of the flat θ."""

    def __init__(self, owner: Any, inputs: Any, targets: Any, params: list) -> None:
        self.owner, self.inputs, self.targets = owner, inputs, targets
        self.params = params

    def put(self, theta: Any) -> None:
        """Write θ into the module's own storage."""
        start = 0
        with torch.no_grad():
            for p in self.params:
                p.copy_(theta[start : start + p.numel()].view_as(p))
                start += p.numel()

    def value(self, theta: Any) -> Any:
        """The loss at θ."""
        self.put(theta)
        with torch.no_grad():
            y = self.owner.model(self.inputs)
        return self.owner.loss.value(y, self.targets)

    def linearize(self, theta: Any) -> Any:
        """Blocks by layers, or rows where a layer does not allow it."""
        self.put(theta)
        owner = self.owner
        y, records, reason = _record(owner.model, self.inputs, self.params)
        if len(y.shape) != 2:
            raise ValueError(f"model: expected output (N, K); got {tuple(y.shape)}")
        with torch.no_grad():
            S = owner.loss.factor(y.detach(), self.targets).transpose(1, 2)
            u = owner.loss.residual(y.detach(), self.targets).reshape(-1)
            value = owner.loss.value(y.detach(), self.targets)
        lin: Any = None
        if not reason:
            lin = FactoredJacobian(u, _blocks(y, S, records), value)
            if owner.route != "layers":
                reason = self._probe(lin)
        if reason:
            if owner.route != "rows":
                warnings.warn(f"{reason}; rows by torch.func instead", stacklevel=4)
            J = _rows(owner.model, self.inputs, self.params)
            lin = _Valued(u, torch.einsum("nkj,njp->nkp", S, J).flatten(0, 1), value)
        owner.route = "rows" if reason else "layers"
        return lin

    def _probe(self, lin: Any) -> str:
        """One product J v against forward differences of the module itself."""
        v = torch.randn(
            lin.size[1], generator=torch.Generator().manual_seed(0), dtype=torch.float64
        ).to(lin.r)
        J = _rows(self.owner.model, self.inputs[:2], self.params)
        y, records, _ = _record(self.owner.model, self.inputs[:2], self.params)
        eye = torch.eye(y.shape[1]).to(lin.r).expand(2, -1, -1)
        few = FactoredJacobian(lin.r, _blocks(y, eye, records), None)
        ours, theirs = few.jvp(v), (J @ v).reshape(-1)
        size = torch.linalg.vector_norm(theirs)
        if torch.linalg.vector_norm(ours - theirs) > 1e-3 * size:
            return "the layers' factors do not give the Jacobian of this module"
        return ""


class _Valued(ExplicitJacobian):
    """An explicit Jacobian whose value is the loss, not ½ u·u."""

    def __init__(self, r: Any, J: Any, value: Any) -> None:
        super().__init__(r, J)
        object.__setattr__(self, "_loss", value)

    @property
    def value(self) -> Any:
        """The loss."""
        return self._loss  # type: ignore[attr-defined]


def _check_mode(model: nn.Module) -> None:
    for name, module in model.named_modules():
        mixes = isinstance(module, nn.modules.batchnorm._BatchNorm)
        if module.training and mixes:
            raise ValueError(
                f"model: BatchNorm {name!r} in training mode mixes samples; call "
                "model.eval() before the step"
            )
        if module.training and isinstance(module, nn.modules.dropout._DropoutNd):
            if module.p > 0:
                raise ValueError(
                    f"model: dropout {name!r} in training mode draws another network "
                    "at every evaluation; call model.eval() before the step"
                )


def _record(model: nn.Module, inputs: Any, params: list) -> tuple[Any, list, str]:
    """Output, [(module, input, output)] in the order of the parameters, and why not."""
    seen: dict[Any, list] = {}
    handles = []
    owners = [
        m
        for m in model.modules()
        if any(p.requires_grad for p in m.parameters(recurse=False))
    ]

    def hook(module: Any, args: Any, output: Any) -> None:
        version = output._version if torch.is_tensor(output) else 0
        seen.setdefault(module, []).append((args[0].detach(), output, version))

    for module in owners:
        handles.append(module.register_forward_hook(hook))
    try:
        y = model(inputs)
    finally:
        for handle in handles:
            handle.remove()
    records, reason = [], ""
    wanted = [p for m in owners for p in m.parameters(recurse=False)]
    if [id(p) for p in wanted] != [id(p) for p in params]:
        reason = "some parameters are frozen or shared between layers"
    for module in owners:
        plain = isinstance(module, nn.Linear) or (
            isinstance(module, nn.Conv2d)
            and module.groups == 1
            and module.padding_mode == "zeros"
            and not isinstance(module.padding, str)
        )
        runs = seen.get(module, [])
        if not plain:
            reason = f"{type(module).__name__} is no Linear or plain Conv2d"
        elif len(runs) != 1:
            reason = f"a {type(module).__name__} ran {len(runs)} times in one pass"
        elif runs[0][1]._version != runs[0][2]:
            reason = f"the output of a {type(module).__name__} was changed in place"
        elif isinstance(module, nn.Linear) and runs[0][0].dim() != 2:
            reason = "a Linear saw inputs of more than two axes"
        else:
            records.append((module, runs[0][0], runs[0][1]))
    return y, records, reason


def _blocks(y: Any, S: Any, records: list) -> list:
    """One block of columns per layer from K backward passes, seeded with S."""
    K = y.shape[1]
    outputs = [output for _, _, output in records]
    deltas: list[list] = [[] for _ in records]
    for k in range(K):
        found = torch.autograd.grad(
            y, outputs, S[:, k].contiguous(), retain_graph=k + 1 < K
        )
        for kept, delta in zip(deltas, found, strict=True):
            kept.append(delta)
    blocks: list = []
    for (module, x, _), kept in zip(records, deltas, strict=True):
        Delta = torch.stack(kept, dim=1)
        if isinstance(module, nn.Linear) and module.bias is not None:
            blocks.append(DenseBlock(Delta, x))
            continue
        if isinstance(module, nn.Linear):
            G = torch.einsum("nko,ni->nkoi", Delta, x).flatten(2)
        else:
            columns = nn.functional.unfold(
                x,
                module.kernel_size,
                dilation=module.dilation,
                padding=module.padding,
                stride=module.stride,
            )
            flat = Delta.flatten(3)
            G = torch.einsum("nkot,nct->nkoc", flat, columns).flatten(2)
            if module.bias is not None:
                G = torch.cat([G, flat.sum(dim=3)], dim=2)
        blocks.append(RowBlock(G))
    return blocks


def _rows(model: nn.Module, inputs: Any, params: list) -> Any:
    """∂y/∂θ (N, K, P) by torch.func, a sample at a time."""
    names = {id(p): name for name, p in model.named_parameters()}
    chosen = {names[id(p)]: p.detach() for p in params}
    buffers = dict(model.named_buffers())

    def one(values: dict[str, Any], x: Any) -> Any:
        return torch.func.functional_call(model, (values, buffers), (x[None],))[0]

    found = torch.func.vmap(torch.func.jacrev(one), (None, 0))(chosen, inputs)
    return torch.cat([found[names[id(p)]].flatten(2) for p in params], dim=2).detach()
