"""Table 1, equation (38) and Table 2 of the hybrid method as printed.

Table 1 is read literally; the corrected counterparts stand in `course_lib.complexity`.
Where the print leaves a choice: p is the number of outputs and b that of objects; M in
the totals counts the trial points; (p b)^2.37 belongs to β; the logarithm is natural;
sums over layers start at 1, and the bias is a weight.

Table 2 gives ticks K and seconds τ by

    τ = K / (Z V),     Z = 163 Gflop/s = 6 cores · 3.4 GHz · 8,   V = 0.75  (38)

Ticks over flop/s are no seconds: (38) takes a tick for a flop. Ticks over ticks per
second, or `OpCount.operations` over Z V, are sound.

Source: Golubinskiy and Tolstykh 2021, Tables 1 and 2, (38). Chapter: hybrid-method.
Differs from it in: nothing but the choices above.
"""

import math
from collections.abc import Sequence
from typing import Any

from course_lib.complexity import parameters_from, start_of
from course_lib.counting import ADD, MUL, NONLIN, OpCount
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.networks.sequential import Sequential

__all__ = [
    "PEAK",
    "SHARE",
    "TABLE_2",
    "adam_as_printed",
    "epoch_as_printed",
    "forward_as_printed",
    "jacobian_layer_as_printed",
    "jacobian_output_as_printed",
    "length_as_printed",
    "normal_equations_as_printed",
    "seconds",
]

PEAK = 163e9  # flop/s, Intel i7-4930K
SHARE = 0.75  # V, of the processor


# --------------------------------------------------------------------------------
# Table 1


def length_as_printed(
    length: float, window: int, stride: int = 1, padding: int = 0
) -> float:
    """Output length, not rounded down: 28 under 3 with stride 2 gives 13.5."""
    return (length - window + 2 * padding) / stride + 1


def _heavy(network: Sequential) -> list[tuple[Any, tuple[int, ...]]]:
    """Layers with a row in Table 1, and the shapes of their outputs."""
    pairs = zip(network.layers, network.output_shapes, strict=True)
    return [each for each in pairs if not isinstance(each[0], Activation | Flatten)]


def _conv(layer: Conv2d, out: Sequence[int]) -> OpCount:
    """K C W H (α + γ) + K C W H f_w f_h β."""
    responses = layer.in_channels * math.prod(out)
    return responses * (ADD + NONLIN) + responses * math.prod(layer.kernel_size) * MUL


def forward_as_printed(network: Sequential, N: int = 1) -> OpCount:
    """Rows 1 to 3; the activation is the row's, whatever the network's.

    Sizes are the true ones; the print's are those of `length_as_printed`.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: sizes rounded down.
    """
    total = OpCount()
    for layer, out in _heavy(network):
        if isinstance(layer, Dense):
            total += layer.inputs * layer.outputs * (ADD + MUL) + layer.outputs * (
                MUL + NONLIN
            )
        elif isinstance(layer, MaxPool2d):
            total += math.prod(out) * math.prod(layer.window) * ADD
        else:
            total += _conv(layer, out)
    return N * total


def adam_as_printed(
    network: Sequential, N: int = 1, k: int = 1, layers: int | None = None
) -> OpCount:
    """Rows 4 to 7 at iteration k, of the first ``layers`` layers with weights.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: nothing.
    """
    rows = [pair for pair in _heavy(network) if pair[0].shapes()]
    powers, total = 2 * k * MUL, OpCount()
    for i, (layer, out) in enumerate(rows[:layers]):
        if isinstance(layer, Conv2d):
            weights = layer.out_channels * math.prod(layer.kernel_size)
            total += weights * (7 * ADD + 9 * MUL + powers + _conv(layer, out))
            continue
        weights = layer.inputs * layer.outputs
        if i == len(rows) - 1:
            total += N * weights * (10 * ADD + 13 * MUL + 2 * NONLIN + powers)
        else:
            delta = layer.outputs * math.prod(rows[i + 1][1]) * (ADD + MUL)
            total += weights * (10 * ADD + 15 * MUL + 2 * NONLIN + delta + powers)
    return total


def jacobian_output_as_printed(inputs: int, R: int) -> OpCount:
    """Row 8: b p n_(i−1) β, the row that is right."""
    return R * inputs * MUL


def jacobian_layer_as_printed(widths: Sequence[int], i: int, R: int) -> OpCount:
    """Row 9: b p · 2 n_i n_(i−1)² (Σ_(k<i) n_k n_(k−1) + 1) β; i = 1 is the first."""
    earlier = sum(widths[k] * widths[k - 1] for k in range(1, i))
    return R * 2 * widths[i] * widths[i - 1] ** 2 * (earlier + 1) * MUL


def normal_equations_as_printed(R: int, T: int) -> OpCount:
    """Row 10: l^(3/2) ln l + l^2.37 + l β + l α with l = max(R, T)."""
    l = max(R, T)
    return OpCount(l, l, 0, l**1.5 * math.log(l) + l**2.37)


def epoch_as_printed(
    network: Sequential, N: int, boundary: int, attempts: int = 1, k: int = 1
) -> OpCount:
    """Rows 11 and 12; with boundary 0 the forward pass and Adam.

    A convolution trained by LM enters as the dense layer of its map sizes.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: the readings of the module.
    """
    passed, start = forward_as_printed(network, N), start_of(network, boundary)
    rows = [pair for pair in _heavy(network) if pair[0].shapes()]
    before = len(rows) - boundary
    first_order = adam_as_printed(network, N, k, before)
    if not boundary:
        return passed + first_order
    shape = network.output_shapes[start - 1] if start else network.input_shape
    widths = [math.prod(shape or ()), *(math.prod(out) for _, out in rows[before:])]
    R, T = N * widths[-1], parameters_from(network, start)
    l = max(R, T)
    total = normal_equations_as_printed(R, T)
    for i in range(1, boundary + 1):
        total += jacobian_output_as_printed(widths[i - 1], R)
        total += (boundary - 1) * jacobian_layer_as_printed(widths, i, R)
    error = R * ADD + 2 * MUL + R**2.37 * MUL  # E
    total += attempts * (l * MUL + l * ADD + passed + error + MUL)
    return total + attempts * R * ADD + first_order


# --------------------------------------------------------------------------------
# Equation (38) and Table 2

# Operation: ticks K, seconds τ
TABLE_2 = {
    "recognition": (2172, 2.6e-8),
    "Adam": (1890400, 2.31e-5),
    "Levenberg-Marquardt": (14658396, 1.79e-4),
    "hybrid": (12252313, 1.20e-4),
}


def seconds(K: float, peak: float = PEAK, share: float = SHARE) -> float:
    """Equation (38): K / (Z V), K and the peak Z in the same unit.

    Source: Golubinskiy and Tolstykh 2021, (38). Chapter: hybrid-method. Differs from
    it in: nothing; but the paper puts ticks over flop/s.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: expected 0 < V <= 1; got {share}")
    return K / (peak * share)
