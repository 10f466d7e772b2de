"""What training costs: the counts of the hybrid method's Table 1, corrected.

α is an addition, subtraction or comparison, β a product or quotient, γ an exponential
or a root. For N objects in one batch, M outputs, R = N M rows, T trained parameters
and A trial points of the damping, an epoch costs::

    Adam     forward + gradient + (4T + 2) α + (9T + 2) β + T γ             (1)
    LM       forward + Jacobian + (T(T+1)/2 + T) [R β + (R − 1) α]
             + A (factorisation + solves + forward + error)                 (2)
    hybrid   (2) for the last O layers with weights, (1) for those before   (3)

Every count equals, operation by operation, that of plain loops run on numbers that
count (`course_lib.counting`). Backward, the logistic's derivative is r (1 − r), taken
once per unit from the response; ReLU and max pooling only choose what passes.

Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs from it
in: every row but the Jacobian's output layer, see `complexity_as_printed`; one
factorisation per trial point.
"""

import math
from collections.abc import Sequence
from typing import Any

from course_lib.activations import Elementwise, Identity, Logistic, ReLU
from course_lib.counting import ADD, MUL, NONLIN, OpCount
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.networks.sequential import Sequential

__all__ = [
    "adam_update",
    "attempt",
    "cholesky",
    "epoch",
    "forward",
    "gradient",
    "jacobian",
    "normal_equations",
    "parameters_from",
    "start_of",
    "triangular_solves",
]

Shape = Sequence[int]


# --------------------------------------------------------------------------------
# One layer


def _phi(phi: Elementwise) -> tuple[OpCount, OpCount, OpCount]:
    """Of an activation per unit: its value, its derivative, the product with it."""
    if isinstance(phi, Logistic) and phi.slope == 1:
        return ADD + MUL + NONLIN, ADD + MUL, MUL  # 1 / (1 + exp(−s)); r (1 − r)
    if isinstance(phi, ReLU):
        return ADD, OpCount(), OpCount()
    if isinstance(phi, Identity):
        return OpCount(), OpCount(), OpCount()
    raise ValueError(f"network: expected logistic, relu or identity; got {phi!r}")


def _dot(terms: int) -> OpCount:
    """A sum of products."""
    return terms * MUL + (terms - 1) * ADD


def _covered(length: int, window: int, stride: int) -> int:
    """Input positions under at least one of ``length`` windows along an axis."""
    return length * window if stride >= window else (length - 1) * stride + window


def _products(layer: Any, out: Shape) -> int:
    """Products of the weighted sums of one object."""
    if isinstance(layer, Dense):
        return layer.inputs * layer.outputs
    return math.prod(out) * layer.in_channels * math.prod(layer.kernel_size)


def _forward(layer: Any, out: Shape) -> OpCount:
    """One object through ``layer``; ``out`` is the shape of its output."""
    if isinstance(layer, Dense | Conv2d):
        missing = 0 if getattr(layer, "bias", True) else math.prod(out)
        return _products(layer, out) * (ADD + MUL) + -missing * ADD
    if isinstance(layer, MaxPool2d):
        return math.prod(out) * (math.prod(layer.window) - 1) * ADD
    if isinstance(layer, Activation):
        return math.prod(out) * _phi(layer.phi)[0]
    if isinstance(layer, Flatten):
        return OpCount()
    raise ValueError(
        "network: expected layers Dense, Conv2d, MaxPool2d, Activation and Flatten; "
        f"got {layer}"
    )


def _weights(layer: Any, out: Shape, N: int) -> OpCount:
    """∂E/∂weights summed over N objects, from delta at the layer's output."""
    if not layer.shapes():
        return OpCount()
    terms, shapes = N * math.prod(out[1:]), layer.shapes()
    bias = math.prod(shapes.get("bias", (0,))) * (terms - 1) * ADD
    return math.prod(shapes["weight"]) * _dot(terms) + bias


def _inputs(layer: Any, out: Shape) -> OpCount:
    """One delta from the layer's output to its input; activations aside."""
    if isinstance(layer, Dense):
        return layer.inputs * _dot(layer.outputs)
    if isinstance(layer, Conv2d | MaxPool2d):
        window = layer.kernel_size if isinstance(layer, Conv2d) else layer.window
        axes = zip(out[1:], window, layer.stride, strict=True)
        covered = math.prod(_covered(*axis) for axis in axes)
        if isinstance(layer, Conv2d):
            products = _products(layer, out)
            return products * MUL + (products - layer.in_channels * covered) * ADD
        if covered < math.prod(out[1:]) * math.prod(window):
            raise ValueError(
                "network: expected pooling windows side by side, else the additions "
                f"of the backward pass depend on the data; got {layer}"
            )
    return OpCount()


# --------------------------------------------------------------------------------
# A network


def _walk(network: Sequential) -> list[tuple[int, Any, Shape]]:
    """Index, layer and shape of its output."""
    shapes = network.output_shapes
    return [(i, layer, shapes[i]) for i, layer in enumerate(network.layers)]


def start_of(network: Sequential, boundary: int) -> int:
    """Index of the first of the ``boundary`` last layers with weights."""
    heavy = [i for i, layer in enumerate(network.layers) if layer.shapes()]
    if not 0 <= boundary <= len(heavy):
        raise ValueError(f"boundary: expected 0 to {len(heavy)}; got {boundary}")
    return [*heavy, len(network.layers)][len(heavy) - boundary]


def parameters_from(network: Sequential, start: int) -> int:
    """How many the layers from index ``start`` on have."""
    return sum(
        each.stop - each.start for each in network.segments if each.layer >= start
    )


def forward(network: Sequential, N: int = 1) -> OpCount:
    """N objects through the network: rows 1 to 3 of Table 1.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: the addition in the sigmoid; one comparison less per pooling window; a
    convolution's additions, and its ReLU once per response.
    """
    return N * sum(_forward(layer, out) for _, layer, out in _walk(network))


def _descend(network: Sequential, N: int, stop: int) -> OpCount:
    """All gradients of the layers before ``stop`` from ∂E/∂(input of layer stop)."""
    total, first = OpCount(), network.segments[0].layer
    for i, layer, out in _walk(network)[first:stop]:
        if isinstance(layer, Activation):
            total += N * math.prod(out) * sum(_phi(layer.phi)[1:])
        total += _weights(layer, out, N)
        if i > first:
            total += N * _inputs(layer, out)
    return total


def gradient(network: Sequential, N: int = 1) -> OpCount:
    """∂E/∂θ of E = ½ Σ (d − r)² after the forward pass: rows 4 to 7 without Adam.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: delta once per unit, all rows times the objects.
    """
    outputs = math.prod(network.output_shapes[-1])
    return N * outputs * ADD + _descend(network, N, len(network.layers))


def adam_update(T: int, steps: int = 1) -> OpCount:
    """T parameters moved ``steps`` times; the powers of β₁, β₂ are running products.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: the root, left out for convolutions; powers not taken anew.
    """
    return steps * OpCount(4 * T + 2, 9 * T + 2, T)


def jacobian(network: Sequential, N: int = 1, boundary: int | None = None) -> OpCount:
    """∂e/∂θ of the ``boundary`` last layers (None: all) after the forward pass.

    One delta per object and output; at the output layer it is diagonal.

    Source: Golubinskiy and Tolstykh 2021, (30)-(34), Table 1. Chapter: hybrid-method.
    Differs from it in: layer i costs its own products, not those of all before it.
    """
    start = network.segments[0].layer
    if boundary is not None:
        start = start_of(network, boundary)
    R, total = N * math.prod(network.output_shapes[-1]), OpCount()
    diagonal, scale = True, OpCount()  # scale: the product with f′ of the output
    for i, layer, out in reversed(_walk(network)[start:]):
        if isinstance(layer, Activation):
            _, derivative, product = _phi(layer.phi)
            total += N * math.prod(out) * derivative
            if diagonal:
                scale = scale + product
            else:
                total += R * math.prod(out) * product
        elif diagonal and isinstance(layer, Dense):
            total += R * layer.inputs * scale
            total += R * layer.inputs * scale if i > start else OpCount()
            diagonal = False
        elif diagonal:
            raise ValueError(
                "network: expected a Dense output layer, perhaps activated; "
                f"got {layer}"
            )
        else:
            total += R * _weights(layer, out, 1)
            total += R * _inputs(layer, out) if i > start else OpCount()
    return total


def normal_equations(R: int, T: int) -> OpCount:
    """Jᵀ J, half of it by symmetry, and Jᵀ e.

    Source: Golubinskiy and Tolstykh 2021, Table 1. Chapter: hybrid-method. Differs
    from it in: everything; R T² / 2 products in place of max(R, T)^2.37.
    """
    return (T * (T + 1) // 2 + T) * _dot(R)


def cholesky(T: int) -> OpCount:
    """L Lᵀ = a T × T matrix."""
    sixth, half = (T**3 - T) // 6, T * (T - 1) // 2
    return OpCount(sixth, sixth + half, T)


def triangular_solves(T: int) -> OpCount:
    """L y = b and Lᵀ x = y."""
    return OpCount(T * (T - 1), T * (T - 1) + 2 * T, 0)


def attempt(R: int, T: int, passed: OpCount) -> OpCount:
    """One trial point: damp, solve, move, forward pass ``passed``, e and eᵀe, compare
    and change λ."""
    error = R * ADD + _dot(R)
    return cholesky(T) + triangular_solves(T) + 2 * T * ADD + passed + error + ADD + MUL


def epoch(network: Sequential, N: int, boundary: int, attempts: int = 1) -> OpCount:
    """An epoch over one batch of N objects by (1), (2) or (3).

    Parameters
    ----------
    network : Sequential
        Of Dense, Conv2d, MaxPool2d, Flatten and logistic, relu or identity.
    N : int
        Objects.
    boundary : int
        O: 0 is Adam, the number of layers with weights Levenberg-Marquardt.
    attempts : int
        A, trial points of the damping.

    Returns
    -------
    OpCount

    Source: Golubinskiy and Tolstykh 2021, Table 1, totals. Chapter: hybrid-method.
    Differs from it in: the module's list; what hands the gradient over is counted.
    """
    start, M = start_of(network, boundary), math.prod(network.output_shapes[-1])
    passed, R, T = forward(network, N), N * M, parameters_from(network, start)
    if not boundary:
        return passed + gradient(network, N) + adam_update(T=network.size)
    total = passed + jacobian(network, N, boundary) + normal_equations(R, T)
    total += attempts * attempt(R, T, passed)
    if T < network.size:
        last = network.layers[-1]
        scale = _phi(last.phi)[2] if isinstance(last, Activation) else OpCount()
        # eᵀ delta of the head's first layer, then to its input
        out = network.output_shapes[start]
        total += R * scale if boundary == 1 else N * math.prod(out) * _dot(M)
        total += N * _inputs(network.layers[start], out)
        total += _descend(network, N, start) + adam_update(network.size - T)
    return total
