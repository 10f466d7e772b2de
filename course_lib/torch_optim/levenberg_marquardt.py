"""Levenberg-Marquardt on a user's module, in whole steps.

    info = optimizer.step(inputs, targets)

Source: Golubinskiy and Tolstykh 2021, section 3. Chapter: levenberg-marquardt.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from course_lib.losses import CrossEntropy, SquaredError
from course_lib.optim import levenberg_marquardt as lm
from course_lib.optim.method import StepInfo
from course_lib.torch_optim._module import ModuleObjective, check_mode

__all__ = ["LevenbergMarquardt"]


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
        if not isinstance(model, nn.Module):
            raise ValueError(
                "model: expected the torch.nn.Module itself, which the step evaluates; "
                f"got {type(model).__name__}"
            )
        if not isinstance(method, lm.LevenbergMarquardt | None):
            raise ValueError(
                "method: expected an optim.LevenbergMarquardt(...), with its "
                f"hyperparameters; got {method!r}"
            )
        trainable = [p for p in model.parameters() if p.requires_grad]
        _check_dtypes(trainable)
        super().__init__(trainable, {})
        self.model, self.loss = model, losses[loss](reduction)
        self.method = method or lm.LevenbergMarquardt()
        self.route = ""  # "layers" or "rows", after the first step
        self.one_by_one = False  # rows that torch.func cannot give
        self.probed: list[nn.Module] = []  # the modules that this was found out for
        self._state: lm.LMState | None = None

    def __getstate__(self) -> dict[str, Any]:
        """For `copy.deepcopy` and pickle; torch keeps only groups and state."""
        own = ("model", "loss", "method", "route", "one_by_one", "probed", "_state")
        return super().__getstate__() | {name: getattr(self, name) for name in own}

    def step(self, inputs: Any, targets: Any) -> StepInfo:  # type: ignore[override]
        """One step on a batch; the parameters change only if the loss falls."""
        objective, theta = self._objective(inputs, targets)
        state = self._state or self.method.init(theta)
        with _one_thread(theta):
            new, self._state, info = self.method.step(theta, objective, state)
        objective.put(new)
        return info

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Refused: one step has one λ for all parameters of the model."""
        if self.param_groups:
            raise ValueError(
                "param_group: expected the model's trainable parameters in one group; "
                "build a new optimizer after unfreezing or adding some"
            )
        super().add_param_group(param_group)

    def explain(self, inputs: Any, targets: Any) -> str:
        """The table of routes for this model and batch, as text; nothing changes."""
        objective, theta = self._objective(inputs, targets)
        method = self.method
        lin = objective.linearize(theta)
        return lm.explain(lin, method.scaling, method.memory_limit)

    def _objective(self, inputs: Any, targets: Any) -> tuple[ModuleObjective, Any]:
        """The loss on this batch as a function of θ, and the present θ (P,)."""
        for name, given in (("inputs", inputs), ("targets", targets)):
            if not torch.is_tensor(given):
                raise ValueError(
                    f"{name}: expected one tensor, a row per sample; got "
                    f"{type(given).__name__}"
                )
        check_mode(self.model)
        params = self.param_groups[0]["params"]
        _check_dtypes(params)
        theta = torch.cat([p.detach().reshape(-1) for p in params])
        return ModuleObjective(self, inputs, targets, params), theta

    def state_dict(self) -> dict[str, Any]:
        """λ, ν and the radius."""
        return {"state": tuple(self._state) if self._state else None}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved damping."""
        kept = state_dict.get("state")
        if kept is not None and (isinstance(kept, dict) or len(kept) != 3):
            raise ValueError(
                "state_dict: expected λ, ν and the radius, as state_dict() gives them; "
                f"got {kept}"
            )
        self._state = lm.LMState(*kept) if kept else None


def _check_dtypes(params: list) -> None:
    """Refuse parameters that no one system of equations can hold."""
    found = sorted({str(p.dtype) for p in params})
    if found not in (["torch.float32"], ["torch.float64"]):
        raise ValueError(
            "model: expected trainable parameters of one dtype, float32 or float64; "
            f"got {', '.join(found) or 'none'}"
        )


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
