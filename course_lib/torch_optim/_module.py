"""A user's module on one batch as an objective of the flat θ.

What goes into and out of every Linear and Conv2d is recorded; with the sensitivities of
their outputs that gives J by layers. It is J only where each of them runs once, its
output stays as it was and nothing mixes samples: `check_mode` refuses what mixes,
`_record` says what else is in the way, and one product J v is compared. Where any of
that fails, `torch.func` gives J by rows, and where that fails (LSTM) one backward pass
for each of them. Samples must not mix, whichever way: the first one's output alone is
compared with its output in the batch. Both are done before the first step, and again
where the list of modules has changed.

Chapter: levenberg-marquardt.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from course_lib.objectives import (
    DenseBlock,
    ExplicitJacobian,
    FactoredJacobian,
    RowBlock,
)

__all__ = ["ModuleObjective", "check_mode"]

MIXED = (
    "model: the first sample alone gives another output than in its batch: something "
    "mixes samples (a mean over the batch?) or draws at random (dropout?); where a "
    "layer of torch does it, model.eval() helps"
)


class ModuleObjective:
    """The loss of ``owner.model`` on one batch; ``owner.route`` says how J came."""

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
        with torch.enable_grad():
            return self._linearize()

    def _linearize(self) -> Any:
        owner, modules = self.owner, list(self.owner.model.modules())
        if owner.probed != modules:  # at the first step, or where a layer was exchanged
            owner.route = ""
        y, records, reason = _record(owner.model, self.inputs, self.params)
        if not torch.is_tensor(y) or len(y.shape) != 2:
            got = tuple(y.shape) if torch.is_tensor(y) else type(y).__name__
            raise ValueError(f"model: expected output (N, K), one tensor; got {got}")
        if not owner.route:
            self._check_alone(y.detach())
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
            J = self._rows(self.inputs)
            if owner.route != "rows":
                how = "a backward pass each" if owner.one_by_one else "torch.func"
                warnings.warn(f"{reason}; rows by {how} instead", stacklevel=5)
            lin = _Valued(u, torch.einsum("nkj,njp->nkp", S, J).flatten(0, 1), value)
        owner.route, owner.probed = "rows" if reason else "layers", modules
        return lin

    def _probe(self, lin: Any) -> str:
        """Why not by layers: J v of two samples against the rows of torch.func."""
        v = torch.randn(
            lin.size[1], generator=torch.Generator().manual_seed(0), dtype=torch.float64
        ).to(lin.r)
        J = self._rows(self.inputs[:2])
        y, records, _ = _record(self.owner.model, self.inputs[:2], self.params)
        eye = torch.eye(y.shape[1]).to(lin.r).expand(len(y), -1, -1)
        few = FactoredJacobian(lin.r, _blocks(y, eye, records), None)
        ours, theirs = few.jvp(v), (J @ v).reshape(-1)
        size = torch.linalg.vector_norm(theirs)
        if torch.linalg.vector_norm(ours - theirs) > 1e-3 * size:
            return "the layers' factors do not give the Jacobian of this module"
        return ""

    def _check_alone(self, y: Any) -> None:
        """Refuse a module whose output for a sample is not a function of it alone."""
        with torch.no_grad():
            alone = self.owner.model(self.inputs[:1])
        size = y.abs().amax() if y.numel() else torch.nan
        if not math.isfinite(size):
            return  # the step will say so
        same = alone.shape == y[:1].shape
        if not same or (alone - y[:1]).abs().max() > 1e-3 * size:
            raise ValueError(MIXED)

    def _rows(self, inputs: Any) -> Any:
        """∂y/∂θ (N, K, P): by torch.func, or one row at a time where it gives up."""
        owner = self.owner
        if not owner.one_by_one:
            try:
                return _rows(owner.model, inputs, self.params)
            except RuntimeError as why:  # an operation that vmap does not know
                if "random operation" in str(why):
                    raise ValueError(MIXED) from why
                owner.one_by_one = True
        return _rows_one_by_one(owner.model, inputs, self.params)


@dataclass(frozen=True)
class _Valued(ExplicitJacobian):
    """An explicit Jacobian whose value is the loss, not ½ u·u."""

    loss: Any

    @property
    def value(self) -> Any:
        """The loss."""
        return self.loss


def check_mode(model: nn.Module) -> None:
    """Refuse a module whose output for one sample depends on others or on chance."""
    for name, module in model.named_modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            if module.training:
                raise ValueError(
                    f"model: BatchNorm {name!r} in training mode mixes samples; call "
                    "model.eval() before the step"
                )
            if module.running_mean is None:
                raise ValueError(
                    f"model: BatchNorm {name!r} without running statistics mixes "
                    "samples; use track_running_stats=True, or GroupNorm"
                )
        chance = 0.0
        if isinstance(module, nn.modules.dropout._DropoutNd):
            chance = module.p
        elif isinstance(module, nn.RNNBase | nn.MultiheadAttention):
            chance = module.dropout
        if module.training and chance > 0:
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
        x = args[0].detach() if args and torch.is_tensor(args[0]) else None
        seen.setdefault(module, []).append((x, output, version))

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
        elif runs[0][0] is None:
            reason = f"a {type(module).__name__} got its inputs by name"
        elif runs[0][1]._version != runs[0][2]:
            reason = f"the output of a {type(module).__name__} was changed in place"
        elif isinstance(module, nn.Linear) and runs[0][0].dim() != 2:
            reason = "a Linear saw inputs of more than two axes"
        else:
            records.append((module, runs[0][0], runs[0][1]))
    return y, records, reason


def _blocks(y: Any, S: Any, records: list) -> list:
    """One block of columns per layer: K backward passes, seeded with S (N, K, K)."""
    K = y.shape[1]
    outputs = [output for _, _, output in records]
    deltas: list[list] = [[] for _ in records]
    for k in range(K):
        found = torch.autograd.grad(
            y, outputs, S[:, k].contiguous(), retain_graph=k + 1 < K
        )
        for kept, delta in zip(deltas, found, strict=True):
            kept.append(delta)
    layers = zip(records, deltas, strict=True)
    return [_block(m, x, torch.stack(kept, dim=1)) for (m, x, _), kept in layers]


def _block(module: Any, x: Any, Delta: Any) -> DenseBlock | RowBlock:
    """A layer's columns of J from its inputs x and its Delta (N, K, ...)."""
    if isinstance(module, nn.Linear):
        if module.bias is not None:
            return DenseBlock(Delta, x)
        return RowBlock(torch.einsum("nko,ni->nkoi", Delta, x).flatten(2))
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
    return RowBlock(G)


def _rows(model: nn.Module, inputs: Any, params: list) -> Any:
    """∂y/∂θ (N, K, P) by torch.func, a sample at a time."""
    names = {id(p): name for name, p in model.named_parameters()}
    chosen = {names[id(p)]: p.detach() for p in params}
    buffers = dict(model.named_buffers())

    def one(values: dict[str, Any], x: Any) -> Any:
        return torch.func.functional_call(model, (values, buffers), (x[None],))[0]

    found = torch.func.vmap(torch.func.jacrev(one), (None, 0))(chosen, inputs)
    return torch.cat([found[names[id(p)]].flatten(2) for p in params], dim=2).detach()


def _rows_one_by_one(model: Any, inputs: Any, params: list) -> Any:
    """∂y/∂θ (N, K, P) by one backward pass for each row."""
    samples = []
    for n in range(len(inputs)):
        y = model(inputs[n : n + 1])[0]
        found = [
            torch.autograd.grad(each, params, retain_graph=True, materialize_grads=True)
            for each in y
        ]
        rows = [torch.cat([g.reshape(-1) for g in row]) for row in found]
        samples.append(torch.stack(rows))
    return torch.stack(samples)
