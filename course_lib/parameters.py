"""One flat vector θ for all parameters of a network: the only place with its order.

Layer by layer in forward order, within a layer in the order of its ``shapes()``
(weight, then bias), each array row by row: the order of
``torch.nn.utils.parameters_to_vector``.

Source: Golubinskiy and Tolstykh 2021, section 3 (order unstated there). Chapter:
backpropagation. Differs from it in: the order is fixed.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from course_lib.arrays import namespace

__all__ = ["Segment", "flatten", "segments", "unflatten"]

Array = Any


class Segment(NamedTuple):
    """Where one array of one layer lies in θ: θ[start:stop] of shape ``shape``."""

    layer: int
    name: str
    start: int
    stop: int
    shape: tuple[int, ...]


def segments(shapes: Sequence[Mapping[str, tuple[int, ...]]]) -> tuple[Segment, ...]:
    """The layout of θ from every layer's ``shapes()``.

    [{"weight": (3, 2), "bias": (3,)}, {}] gives (0, "weight", 0, 6, (3, 2)) and
    (0, "bias", 6, 9, (3,)).
    """
    layout: list[Segment] = []
    stop = 0
    for layer, named in enumerate(shapes):
        for name, shape in named.items():
            start, stop = stop, stop + math.prod(shape)
            layout.append(Segment(layer, name, start, stop, tuple(shape)))
    return tuple(layout)


def flatten(params: Sequence[Mapping[str, Array]]) -> Array:
    """θ, or a gradient, of shape (P,) from one dict of arrays per layer."""
    arrays = [a for named in params for a in named.values()]
    if not arrays:
        raise ValueError("params: expected at least one array; got none")
    xp = namespace(*arrays)
    return xp.concat([xp.reshape(a, (-1,)) for a in arrays])


def unflatten(theta: Array, layout: Sequence[Segment], layers: int) -> list[dict]:
    """One dict per layer, of views of θ (or of anything laid out like it)."""
    P = layout[-1].stop if layout else 0
    shape = getattr(theta, "shape", None)
    if shape is None or tuple(shape) != (P,):
        got = type(theta).__name__ if shape is None else tuple(shape)
        raise ValueError(f"theta: expected shape ({P},); got {got}")
    params: list[dict] = [{} for _ in range(layers)]
    for each in layout:
        view = theta[each.start : each.stop]
        params[each.layer][each.name] = namespace(theta).reshape(view, each.shape)
    return params
