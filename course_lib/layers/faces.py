"""A face / not-face detector small enough to train in seconds, right and wrong.

Maps of 16 × 16 go through conv 5×5, tanh, overlapping max pooling, conv 3×3, tanh, one
dense tanh unit; targets are +1 for a face, −1 for anything else::

    E = 1/(2N) Σ (y − t)²,   delta_out = (y − t) (1 − y²) / N

The article's example: a face answered with 0.73 has the residual 0.27 (in magnitude)
and the error ½ 0.27² = 0.03645, which the article calls by one name.

`loss_and_gradients` can plant one of the mistakes of `MISTAKES` in the backward pass:
a gradient check finds each of them; training alone does not.

Source: HybridTech 2018, "Convolutional neural network, part 2". Chapter: convolution.
Differs from it in: synthetic images; the backward pass is complete.
"""

from typing import Any

import numpy as np

from course_lib.layers.conv import Conv2d, rot180
from course_lib.layers.pooling import MaxPool2d, conv_delta_from_pool

__all__ = [
    "MISTAKES",
    "accuracy",
    "init",
    "loss_and_gradients",
    "predict",
    "synthetic_faces",
    "train",
]

Array = Any
Params = dict[str, dict[str, Array]]

CONV1 = Conv2d(1, 4, 5)  # (1, 16, 16) to (4, 12, 12)
POOL1 = MaxPool2d(3, stride=2)  # to (4, 5, 5), overlapping
CONV2 = Conv2d(4, 6, 3)  # to (6, 3, 3)

MISTAKES = {
    "sign": "t − y at the output, with the step still subtracted",
    "unrotated": "reverse convolution with the kernel not rotated",
    "overwrite": "overlapping pooling windows overwrite instead of adding",
    "no slope": "the delta copied to the maximum without σ′(s)",
    "one position": "the kernel's gradient from the first window only",
}


def synthetic_faces(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """n maps (n, 1, 16, 16) and targets (n, 1): half faces (+1), half not (−1).

    A face is a bright oval with two dark eyes above a dark mouth. The others have
    the same parts in wrong places, so that brightness alone decides nothing.

    Source: stands in for the private images of HybridTech 2018. Chapter: convolution.
    """
    row, column = np.mgrid[:16, :16]
    x = rng.normal(0, 0.15, (n, 1, 16, 16))
    t = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)[:, None]
    for k in range(n):
        r0, c0 = 7.5 + rng.uniform(-1, 1, 2)
        x[k, 0] += ((row - r0) / 6.5) ** 2 + ((column - c0) / 5) ** 2 < 1
        eyes, mouth = [(-2.5, -2.0), (-2.5, 2.0)], (3.0, 0.0)
        if t[k, 0] < 0:  # turned over, or one eye where the mouth should be
            turned = rng.random() < 0.5
            eyes = [(2.5, -2.0), (2.5, 2.0)] if turned else [(-2.5, -2.0), (2.5, 2.0)]
            mouth = (-3.0, 0.0)
        for r, c in eyes:
            x[k, 0] -= (abs(row - r0 - r) < 1.2) & (abs(column - c0 - c) < 1.2)
        r, c = mouth
        x[k, 0] -= (abs(row - r0 - r) < 0.8) & (abs(column - c0 - c) < 2.5)
    return x, t


def init(rng: np.random.Generator) -> Params:
    """Small random weights: 1/√fan-in, as suits tanh."""
    params = {"conv1": CONV1.init(rng), "conv2": CONV2.init(rng)}
    for each in params.values():
        each["weight"] = each["weight"] / np.sqrt(2)
    dense = {"weight": rng.normal(0, 1 / np.sqrt(54), (1, 54)), "bias": np.zeros(1)}
    return params | {"dense": dense}


def _forward(params: Params, x: Array) -> tuple[Array, tuple]:
    """Answers (N, 1), and what the backward pass needs of each layer."""
    s1, c1 = CONV1.forward(params["conv1"], x)
    y1 = np.tanh(s1)
    y2, c2 = POOL1.forward({}, y1)
    s3, c3 = CONV2.forward(params["conv2"], y2)
    y3 = np.tanh(s3)
    flat = y3.reshape(len(x), -1)
    y = np.tanh(flat @ params["dense"]["weight"].T + params["dense"]["bias"])
    return y, (c1, y1, c2, c3, y3, flat)


def predict(params: Params, x: Array) -> Array:
    """Answers (N, 1) in (−1, 1)."""
    return _forward(params, x)[0]


def accuracy(params: Params, x: Array, t: Array) -> float:
    """Share of samples on the right side of zero."""
    return float(np.mean(np.sign(predict(params, x)) == t))


def loss_and_gradients(
    params: Params, x: Array, t: Array, mistake: str | None = None
) -> tuple[float, Params]:
    """E and its gradient, or what one of `MISTAKES` makes of it.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: sign, σ′, kernel
    gradient.
    """
    if mistake is not None and mistake not in MISTAKES:
        raise ValueError(f"mistake: expected one of {list(MISTAKES)}; got {mistake!r}")
    y, (c1, y1, c2, c3, y3, flat) = _forward(params, x)
    N, r = len(x), y - t
    value = float(0.5 * np.sum(r * r) / N)
    delta = (-r if mistake == "sign" else r) * (1 - y * y) / N
    dense = {"weight": delta.T @ flat, "bias": delta.sum(axis=0)}
    g = (delta @ params["dense"]["weight"]).reshape(y3.shape)  # case 1, no pooling

    slope3 = 1.0 if mistake == "no slope" else 1 - y3 * y3
    K2 = params["conv2"]
    g2, conv2 = CONV2.backward(K2, c3, g * slope3)
    if mistake == "unrotated":  # rotating first undoes the rotation
        turned = K2 | {"weight": rot180(K2["weight"])}
        g2 = CONV2.backward(turned, c3, g * slope3)[0]

    slope1 = 1.0 if mistake == "no slope" else 1 - y1 * y1
    delta1 = conv_delta_from_pool(POOL1, c2, g2, slope1)
    if mistake == "overwrite":
        delta1 = _overwriting(c2, g2) * slope1
    if mistake == "one position":
        delta1 = delta1 * (np.arange(delta1[0, 0].size).reshape(12, 12) == 0)
    _, conv1 = CONV1.backward(params["conv1"], c1, delta1)
    return value, {"conv1": conv1, "conv2": conv2, "dense": dense}


def _overwriting(cache: Any, g: Array) -> Array:
    """The mistake: the last window that names an entry sets its gradient."""
    shape, winner, _ = cache
    grad = np.zeros(shape)
    for n, c, u, v in np.ndindex(g.shape):
        i, j = divmod(int(winner[n, c, u, v]), 3)
        grad[n, c, 2 * u + i, 2 * v + j] = g[n, c, u, v]
    return grad


def train(
    params: Params,
    x: Array,
    t: Array,
    *,
    epochs: int,
    learning_rate: float,
    rng: np.random.Generator,
    batch: int = 20,
    mistake: str | None = None,
) -> tuple[Params, list[float]]:
    """Mini-batch gradient descent: (params, E on all of x after every epoch).

    All gradients are computed with the old weights, then every weight moves.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: mini-batches.
    """
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            _, grads = loss_and_gradients(params, x[rows], t[rows], mistake)
            params = {
                layer: {
                    name: w - learning_rate * grads[layer][name]
                    for name, w in weights.items()
                }
                for layer, weights in params.items()
            }
        losses.append(float(0.5 * np.mean((predict(params, x) - t) ** 2)))
    return params, losses
