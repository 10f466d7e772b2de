"""The learning-rate range test on a module, which is put back afterwards.

Source: Smith 2017. Chapter: tuning.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from course_lib import schedules

__all__ = ["range_test"]


@dataclass(frozen=True)
class _Steps:
    """A torch optimizer as a rule: its parameters move in their own storage."""

    optimizer: torch.optim.Optimizer
    learning_rate: float = 0.0

    def init(self, theta: Any) -> tuple[()]:
        return ()

    def update(self, theta: Any, gradient: Any, state: tuple[()]) -> Any:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        self.optimizer.step()
        return theta, state


def range_test(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss: Callable[[int], Any],
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
) -> schedules.RangeTest:
    """`schedules.range_test` for a torch model with any optimizer of torch's kind.

    ``loss(k)`` evaluates the model on the batch of step k. All groups get the rate
    tried. Afterwards parameters, buffers, gradients, the optimizer's state and rates
    and torch's random numbers are as before, also where ``loss`` raises.

    Source: Smith 2017. Chapter: tuning. Differs from it in: see
    `schedules.range_test`.
    """
    params = [p for group in optimizer.param_groups for p in group["params"]]
    tensors = [*model.parameters(), *model.buffers(), *params]
    kept = [(a, a.detach().clone()) for a in tensors]
    grads = [(p, None if p.grad is None else p.grad.clone()) for p in params]
    before = copy.deepcopy(optimizer.state_dict())

    def loss_and_gradient(theta: Any, k: int) -> tuple[Any, Any]:
        optimizer.zero_grad()
        with torch.enable_grad():
            value = loss(k)
            value.backward()
        found = [p.grad.reshape(-1) for p in params if p.grad is not None]
        return float(value.detach()), torch.cat(found)

    try:
        with torch.random.fork_rng():
            return schedules.range_test(
                loss_and_gradient, None, _Steps(optimizer), low, high, steps, smoothing
            )
    finally:
        with torch.no_grad():
            for tensor, value in kept:
                tensor.copy_(value)
        for p, grad in grads:
            p.grad = grad
        optimizer.load_state_dict(before)
