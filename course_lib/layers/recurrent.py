"""Recurrent layers: the output at time t sees the past through a hidden state.

Sequences are (N, T, D): sample, time, feature; outputs (N, T, H), all hidden
states from a zero start. With σ the logistic function and weights as torch lays them
out (gates stacked by rows, two bias vectors)::

    Elman  h = tanh(W x + b + U h₋ + b′)
    LSTM   i, f, o = σ(...), g = tanh(...) of W x + b + U h₋ + b′, order i f g o
           c = f c₋ + i g,   h = o tanh c
    GRU    r, z = σ(W x + b + U h₋ + b′), order r z n;   h = (1 − z) n + z h₋
           n = tanh(W x + b + r (U h₋ + b′))        reset_after=True (torch)
           n = tanh(W x + b + U (r h₋) + b′)        reset_after=False

Backward runs through time from the last step: the gradient that reaches h at time t
is the one from its output plus what time t + 1 sends back.

Source: Elman 1990; Hochreiter and Schmidhuber 1997 with the forget gate of Gers et
al. 2000; Cho et al. 2014. Chapter: recurrent-networks.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.arrays import namespace
from course_lib.layers.initialize import check_sizes

__all__ = ["GRU", "LSTM", "Elman"]

Array = Any


def _sigma(s: Array) -> Array:
    return 0.5 * (1 + namespace(s).tanh(0.5 * s))  # never overflows


class _Recurrent:
    """Shapes, initialisation and checks of the three layers below."""

    inputs: int
    units: int
    _gates: int

    def __post_init__(self) -> None:
        check_sizes(self, "inputs", "units")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter shapes, in the order of the flat vector (torch's order)."""
        rows = self._gates * self.units
        return {
            "weight_ih": (rows, self.inputs),
            "weight_hh": (rows, self.units),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }

    def init(self, rng: np.random.Generator) -> dict[str, Array]:
        """Uniform in ±1/√units, as torch."""
        a = 1 / math.sqrt(self.units)
        return {
            name: rng.uniform(-a, a, shape) for name, shape in self.shapes().items()
        }

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one sample's output: (T, D) to (T, H)."""
        if len(input_shape) != 2 or input_shape[1] != self.inputs:
            raise ValueError(
                f"x: expected sequences (T, {self.inputs}) per sample; got "
                f"{tuple(input_shape)}"
            )
        return (input_shape[0], self.units)

    def _start(self, params: dict[str, Array], x: Array) -> tuple[Array, Array]:
        """W x + b of all times at once, and the zero state."""
        if len(x.shape) != 3 or x.shape[2] != self.inputs or 0 in x.shape:
            raise ValueError(
                f"x: expected shape (N, T, {self.inputs}), none of them 0; "
                f"got {tuple(x.shape)}"
            )
        xp = namespace(x)
        if not xp.isdtype(x.dtype, "real floating"):
            raise ValueError(f"x: expected float32 or float64; got {x.dtype}")
        a = x @ params["weight_ih"].T + params["bias_ih"]
        return a, xp.zeros((x.shape[0], self.units), dtype=x.dtype, device=x.device)

    def _finish(
        self, params: dict[str, Array], x: Array, d_ih: list, d_hh: list, states: list
    ) -> tuple[Array, dict[str, Array]]:
        """From ∂E/∂(W x + b), ∂E/∂(U h₋ + b′) at each time: all gradients."""
        xp = namespace(x)
        A, B, past = (xp.stack(each, axis=1) for each in (d_ih, d_hh, states))
        flat = lambda z: xp.reshape(z, (-1, z.shape[-1]))  # noqa: E731
        return A @ params["weight_ih"], {
            "weight_ih": flat(A).T @ flat(x),
            "weight_hh": flat(B).T @ flat(past),
            "bias_ih": xp.sum(A, axis=(0, 1)),
            "bias_hh": xp.sum(B, axis=(0, 1)),
        }


@dataclass(frozen=True)
class Elman(_Recurrent):
    """Elman's network: the hidden layer reads a copy of its previous values.

    Parameters
    ----------
    inputs, units : int
        D and H.
    truncation : None or int >= 1
        None: back-propagation through the whole sequence. 1: the copy is an input
        like any other, as Elman trained it; the error at time t then teaches the
        weights at time t only. k: the error of each time goes back over k steps.

    Source: Elman 1990. Chapter: recurrent-networks. Differs from it in: full
    back-propagation through time as default; tanh; two bias vectors, as torch.
    """

    inputs: int
    units: int
    truncation: int | None = None
    _gates = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.truncation is not None:
            check_sizes(self, "truncation")

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Any]:
        """(h of all times (N, T, H), cache)."""
        xp = namespace(x)
        a, h = self._start(params, x)
        hs = [h]
        for t in range(x.shape[1]):
            h = xp.tanh(a[:, t, :] + h @ params["weight_hh"].T + params["bias_hh"])
            hs.append(h)
        return xp.stack(hs[1:], axis=1), (x, hs)

    def backward(
        self, params: dict, cache: Any, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, gradients), over ``truncation`` steps for each time's error."""
        x, hs = cache
        T, U = x.shape[1], params["weight_hh"]
        k = T if self.truncation is None else min(self.truncation, T)
        slope = [1 - h * h for h in hs[1:]]  # tanh′
        deltas: list = [None] * T
        if k == T:
            for t in reversed(range(T)):
                g = grad_y[:, t, :]
                if t + 1 < T:
                    g = g + deltas[t + 1] @ U  # what time t + 1 sends back
                deltas[t] = g * slope[t]
        else:
            for t in range(T):  # each error apart, k steps back
                d = grad_y[:, t, :] * slope[t]
                for s in range(t, max(t - k, -1), -1):
                    if s < t:
                        d = (d @ U) * slope[s]
                    deltas[s] = d if deltas[s] is None else deltas[s] + d
        return self._finish(params, x, deltas, deltas, hs[:-1])


@dataclass(frozen=True)
class LSTM(_Recurrent):
    """Long short-term memory: a cell whose content is carried on unchanged.

    With f = 1 and i = 0, ∂c_T/∂c_0 = 1 exactly: the constant-error carousel. ``init``
    adds ``forget_bias`` to the forget gate.

    Source: Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000.
    Chapter: recurrent-networks. Differs from it in: torch's layout, no peepholes.
    """

    inputs: int
    units: int
    forget_bias: float = 0.0
    _gates = 4

    def init(self, rng: np.random.Generator) -> dict[str, Array]:
        """Uniform in ±1/√units, then ``forget_bias`` added to the forget gate."""
        params = super().init(rng)
        params["bias_ih"][self.units : 2 * self.units] += self.forget_bias
        return params

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Any]:
        """(h of all times (N, T, H), cache)."""
        xp = namespace(x)
        a, h = self._start(params, x)
        c, H = h, self.units
        hs, cs, gates = [h], [c], []
        for t in range(x.shape[1]):
            s = a[:, t, :] + h @ params["weight_hh"].T + params["bias_hh"]
            i, f = _sigma(s[:, :H]), _sigma(s[:, H : 2 * H])
            g, o = xp.tanh(s[:, 2 * H : 3 * H]), _sigma(s[:, 3 * H :])
            c = f * c + i * g
            h = o * xp.tanh(c)
            hs.append(h)
            cs.append(c)
            gates.append((i, f, g, o))
        return xp.stack(hs[1:], axis=1), (x, hs, cs, gates)

    def backward(
        self, params: dict, cache: Any, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, gradients), through the whole sequence."""
        x, hs, cs, gates = cache
        xp = namespace(x)
        gh = gc = xp.zeros_like(hs[0])
        deltas: list = [None] * x.shape[1]
        for t in reversed(range(x.shape[1])):
            i, f, g, o = gates[t]
            tanh_c = xp.tanh(cs[t + 1])
            gh = gh + grad_y[:, t, :]
            gc = gc + gh * o * (1 - tanh_c * tanh_c)
            di, df = gc * g * i * (1 - i), gc * cs[t] * f * (1 - f)
            dg, do = gc * i * (1 - g * g), gh * tanh_c * o * (1 - o)
            deltas[t] = xp.concat([di, df, dg, do], axis=1)
            gc = gc * f  # the carousel: only f stands between two times
            gh = deltas[t] @ params["weight_hh"]
        return self._finish(params, x, deltas, deltas, hs[:-1])


@dataclass(frozen=True)
class GRU(_Recurrent):
    """Gated recurrent unit: one state, a reset and an update gate.

    ``reset_after`` multiplies by the reset gate after the recurrent product, as torch
    and the first version of the paper; False before it, as the paper's revision.

    Source: Cho et al. 2014. Chapter: recurrent-networks. Differs from it in: torch's
    layout; both readings are kept.
    """

    inputs: int
    units: int
    reset_after: bool = True
    _gates = 3

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Any]:
        """(h of all times (N, T, H), cache)."""
        xp = namespace(x)
        a, h = self._start(params, x)
        H, U, b = self.units, params["weight_hh"], params["bias_hh"]
        hs, gates = [h], []
        for t in range(x.shape[1]):
            s = h @ U[: 2 * H, :].T + b[: 2 * H]
            r = _sigma(a[:, t, :H] + s[:, :H])
            z = _sigma(a[:, t, H : 2 * H] + s[:, H:])
            read = h if self.reset_after else r * h
            q = read @ U[2 * H :, :].T + b[2 * H :]
            n = xp.tanh(a[:, t, 2 * H :] + (r * q if self.reset_after else q))
            h = (1 - z) * n + z * h
            hs.append(h)
            gates.append((r, z, n, q))
        return xp.stack(hs[1:], axis=1), (x, hs, gates)

    def backward(
        self, params: dict, cache: Any, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, gradients), through the whole sequence."""
        x, hs, gates = cache
        xp = namespace(x)
        H, U = self.units, params["weight_hh"]
        gh = xp.zeros_like(hs[0])
        d_ih: list = [None] * x.shape[1]
        d_hh: list = [None] * x.shape[1]
        extra = xp.zeros_like(U[2 * H :, :])
        for t in reversed(range(x.shape[1])):
            (r, z, n, q), h = gates[t], hs[t]
            gh = gh + grad_y[:, t, :]
            dn = gh * (1 - z) * (1 - n * n)
            dz = gh * (h - n) * z * (1 - z)
            Un = U[2 * H :, :]
            if self.reset_after:
                dq, back = dn * r, (dn * r) @ Un
                dr = dn * q * r * (1 - r)
            else:
                dq, back = dn, (dn @ Un) * r
                dr = (dn @ Un) * h * r * (1 - r)
                extra = extra + dn.T @ (r * h - h)  # it read r h where _finish has h
            d_ih[t] = xp.concat([dr, dz, dn], axis=1)
            d_hh[t] = xp.concat([dr, dz, dq], axis=1)
            gh = gh * z + back + d_hh[t][:, : 2 * H] @ U[: 2 * H, :]
        grad_x, grads = self._finish(params, x, d_ih, d_hh, hs[:-1])
        grads["weight_hh"] = xp.concat(
            [grads["weight_hh"][: 2 * H, :], grads["weight_hh"][2 * H :, :] + extra]
        )
        return grad_x, grads
