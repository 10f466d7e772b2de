"""The three small convolutional networks on which the hybrid method was shown.

All have ReLU after a convolution and logistic units in the dense layers.

Source: Golubinskiy and Tolstykh 2021, section 5. Chapter: hybrid-method. Differs from
it in: logistic units, which the paper does not name but its δ implies.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from course_lib.activations import logistic, relu
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.networks.sequential import Sequential

__all__ = ["figure_10_network", "iris_network", "mnist_network"]


def iris_network() -> Sequential:
    """Input (1, 2, 2); four kernels 2 × 2; 4 and 3 units: 20 + 35 parameters.

    A kernel as large as its image is a dense layer: nothing is convolved here.

    Source: Golubinskiy and Tolstykh 2021, section 5. Chapter: hybrid-method. Differs
    from it in: see the module.
    """
    return _network([Conv2d(1, 4, 2)], (1, 2, 2), (4, 4, 3))


def mnist_network(padding: int = 0) -> Sequential:
    """Input (1, 28, 28); 4 and 5 kernels 3 × 3, stride 2, each pooled; 12, 11, 10.

    225 + 335 parameters without padding, 225 + 515 with 1; the paper does not say.

    Source: Golubinskiy and Tolstykh 2021, section 5. Chapter: hybrid-method. Differs
    from it in: see the module.
    """
    trunk = [
        *(Conv2d(1, 4, 3, stride=2, padding=padding), MaxPool2d(2)),
        *(Conv2d(4, 5, 3, stride=2, padding=padding), MaxPool2d(2)),
    ]
    return _network(trunk, (1, 28, 28), (20 if padding else 5, 12, 11, 10))


def figure_10_network(neurons: int = 2) -> Sequential:
    """Input (1, 15, 10); 3 kernels 5 × 5, stride 5, pooled 3 × 2; ``neurons``, 1.

    Source: Golubinskiy and Tolstykh 2021, section 4. Chapter: hybrid-method. Differs
    from it in: see the module.
    """
    trunk = [Conv2d(1, 3, 5, stride=5), MaxPool2d((3, 2))]
    return _network(trunk, (1, 15, 10), (3, neurons, 1))


def _network(
    trunk: Sequence[Any], shape: tuple[int, ...], widths: Sequence[int]
) -> Sequential:
    """ReLU after every convolution of the trunk, then logistic dense layers."""
    layers: list[Any] = []
    for layer in trunk:
        layers += [layer, Activation(relu)] if isinstance(layer, Conv2d) else [layer]
    layers.append(Flatten())
    for inputs, outputs in pairwise(widths):
        layers += [Dense(inputs, outputs), Activation(logistic)]
    return Sequential(layers, shape)
