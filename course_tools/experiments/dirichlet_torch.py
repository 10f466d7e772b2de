"""A network on a flat torch θ, computed by torch's kernels: what `fit` needs of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.networks.sequential import Sequential

AT_A_TIME = 5000  # samples; more of them would need gigabytes for the maps


@dataclass(frozen=True)
class Fast:
    """``scores(arrays, x, draws)`` gives (N, 10) from the arrays of ``net``.

    ``draws`` is the torch generator of the masks: with ``dropout`` a new one for every
    training step, else None.
    """

    net: Sequential
    scores: Callable[[list[Any], Any, Any], Any]
    dropout: bool = False

    def predict(self, theta: Any, x: Any) -> Any:
        """Scores (N, 10) without dropout, on the CPU."""
        import torch

        arrays = self._arrays(theta)
        with torch.no_grad():
            parts = [self.scores(arrays, part, None) for part in x.split(AT_A_TIME)]
        return torch.cat(parts).cpu()

    def value_and_gradient(
        self,
        theta: Any,
        x: Any,
        t: Any,
        loss: Any,
        *,
        training: bool = False,
        rng: Any = None,
    ) -> tuple[Any, Any]:
        """Mean cross-entropy and its gradient, whatever ``loss`` says."""
        import torch

        draws = None
        if training and self.dropout:
            draws = torch.Generator(x.device).manual_seed(int(rng.integers(2**63)))
        theta = theta.detach().requires_grad_()
        total, g = 0.0, 0.0
        for part, labels in zip(x.split(AT_A_TIME), t.split(AT_A_TIME), strict=True):
            y = self.scores(self._arrays(theta), part, draws)
            value = torch.nn.functional.cross_entropy(y, labels, reduction="sum")
            g = g + torch.autograd.grad(value, theta)[0] / len(x)
            total = total + value.detach() / len(x)
        return total, g

    def _arrays(self, theta: Any) -> list[Any]:
        return [theta[s.start : s.stop].reshape(s.shape) for s in self.net.segments]
