"""How many layers? Networks of threshold units built by hand, not trained.

The lecture's rule is: one layer separates by a hyperplane, two give convex regions,
three any shape. Precisely, for threshold units:

1. One layer: a half-space. True.
2. One hidden layer and an output that computes AND: exactly the convex polyhedra. With
   other output weights also non-convex and disconnected regions (`l_shape`, `plus`,
   `intervals`), so the rule is false; yet not every region: {x y > 0} is out of reach.
3. Two hidden layers, AND then OR: exactly the finite unions of polyhedra (`union`).

Linear layers collapse into one (`collapse`). Depth pays: the tent map, two ReLUs,
composed k times has 2ᵏ linear pieces; a single hidden layer needs 2ᵏ − 1 units.

Source: Borisov 2024, slides on the number of layers; Wieland and Leighton 1987;
Telgarsky 2016. Chapter: perceptrons. Differs from it in: what is said in 2.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.neurons.mcculloch_pitts import threshold_unit

__all__ = [
    "collapse",
    "convex",
    "count_pieces",
    "intervals",
    "l_shape",
    "opposite_sum",
    "plus",
    "run_threshold_net",
    "tent",
    "tent_network",
    "union",
    "xor",
]

Net = list[tuple[np.ndarray, np.ndarray]]


def run_threshold_net(net: Net, x: Any) -> np.ndarray:
    """Zeros and ones (N,) of a net [(W, b), ...] of threshold units at x (N, n)."""
    y = np.asarray(x, float)
    for W, b in net:
        y = threshold_unit(y, W, b)
    return y[:, 0]


def xor() -> Net:
    """x₁ xor x₂ = (x₁ or x₂) and not (x₁ and x₂): two hidden units.

    Source: Minsky and Papert 1969. Chapter: perceptrons. Differs from it in: nothing.
    """
    return _net([[1, 1], [1, 1]], [-0.5, -1.5], [1, -1], -0.5)


def convex(W: Any, b: Any) -> Net:
    """The polyhedron {x : W x + b ≥ 0}: one unit per side, the output is their AND."""
    sides = len(np.atleast_1d(b))
    return _net(W, b, np.ones(sides), 0.5 - sides)


def l_shape() -> Net:
    """{x ≥ 0 or y ≥ 0}: two layers, a region that is not convex."""
    return _net(np.eye(2), [0, 0], [1, 1], -0.5)


def plus() -> Net:
    """At least three of four half-planes |x|, |y| ≤ 1: a plus sign, two layers."""
    W = [[1, 0], [-1, 0], [0, 1], [0, -1]]
    return _net(W, np.ones(4), np.ones(4), -2.5)


def intervals() -> Net:
    """[0, 1) and [2, 3) on the line: two layers, a region in two parts."""
    return _net(np.ones((4, 1)), [0, -1, -2, -3], [1, -1, 1, -1], -0.5)


def union(polyhedra: Sequence[tuple[Any, Any]]) -> Net:
    """∪ {x : W x + b ≥ 0}: all sides, then one AND per polyhedron, then OR.

    Source: Borisov 2024, "three layers: any shape". Chapter: perceptrons. Differs from
    it in: nothing; it is exact for finite unions of polyhedra.
    """
    if not polyhedra:
        raise ValueError("polyhedra: expected at least one (W, b); got none")
    W = np.vstack([W for W, _ in polyhedra]).astype(float)
    sides = [len(np.atleast_1d(b)) for _, b in polyhedra]
    member = np.zeros((len(sides), sum(sides)))
    start = 0
    for i, count in enumerate(sides):
        member[i, start : start + count] = 1
        start += count
    b = np.concatenate([np.atleast_1d(b) for _, b in polyhedra])
    both = (member, 0.5 - np.array(sides, float))
    return [(W, b), both, (np.ones((1, len(sides))), np.array([-0.5]))]


def opposite_sum(hidden: tuple[Any, Any], v: Any, points: Any, radius: float) -> Any:
    """v·h(p) + v·h(−p) for points p of the given radius: why {x y > 0} is impossible.

    Near the origin only units whose line passes through it change, and such a unit is
    on at exactly one of p and −p. So the sum is one constant for all p that lie on none
    of those lines, while {x y > 0} needs it above 2c in one quadrant, below in the
    next.

    Source: after Gibson; Brightwell, Kenyon and Paugam-Moisy 1996. Chapter:
    perceptrons. Differs from it in: a numerical illustration.
    """
    W, b = hidden
    p = radius * np.asarray(points, float)
    v = np.asarray(v, float)
    return threshold_unit(p, W, b) @ v + threshold_unit(-p, W, b) @ v


def collapse(layers: Sequence[tuple[Any, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """(W, b) of the single layer equal to linear layers (W₁, b₁), ..., in order.

    W = W_n ⋯ W₁ with W_l of shape (outputs, inputs); its rank is at most the narrowest
    layer's width, so a bottleneck still restricts what the one layer can be.

    Source: Borisov 2024, proof on the slide. Chapter: perceptrons. Differs from it in:
    the biases, and balanced parentheses.
    """
    if not layers:
        raise ValueError("layers: expected at least one (W, b); got none")
    W, b = (np.asarray(a, float) for a in layers[0])
    for W_next, b_next in layers[1:]:
        W_next = np.asarray(W_next, float)
        if W_next.shape[1] != W.shape[0]:
            raise ValueError(
                f"layers: a layer of {W.shape[0]} outputs is followed by one of "
                f"{W_next.shape[1]} inputs; shapes are (outputs, inputs)"
            )
        W, b = W_next @ W, W_next @ b + b_next
    return W, b


def tent(x: Any) -> Any:
    """The tent on [0, 1]: 2 relu(x) − 4 relu(x − ½), two ReLU units.

    Source: Telgarsky 2016. Chapter: perceptrons. Differs from it in: nothing.
    """
    x = np.asarray(x, float)
    return 2 * relu(x) - 4 * relu(x - 0.5)


def tent_network(depth: int) -> Callable[[Any], Any]:
    """The tent composed ``depth`` times: 2 · depth ReLU units, 2^depth pieces."""
    if depth < 1:
        raise ValueError(f"depth: expected >= 1; got {depth}")

    def network(x: Any) -> Any:
        for _ in range(depth):
            x = tent(x)
        return x

    return network


def count_pieces(f: Callable[[Any], Any], start: float, stop: float, cells: int) -> int:
    """Linear pieces of f on [start, stop], the breaks on a grid of ``cells`` cells.

    Counts the changes of slope between neighbouring cells: exact if every break is a
    grid point.
    """
    x = np.linspace(start, stop, cells + 1)
    slope = np.diff(f(x)) / np.diff(x)
    change = np.abs(np.diff(slope)) > 1e-6 * np.abs(slope).max()
    return int(change.sum()) + 1


def _net(W: Any, b: Any, v: Any, c: float) -> Net:
    """One hidden layer (W, b) and an output unit (v, c)."""
    output = (np.array([v], float), np.array([c], float))
    return [(np.array(W, float), np.array(b, float)), output]
