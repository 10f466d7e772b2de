"""Layers one after another, their parameters one flat vector θ.

    net = Sequential([Dense(2, 12), Activation(tanh), Dense(12, 1)])
    theta = net.init(np.random.default_rng(0))               # shape (P,)
    y, cache = net.forward(theta, x)
    grad_x, grad_theta = net.backward(theta, cache, grad_y)

Backpropagation is one loop: the gradient with respect to a layer's output goes in, the
gradient with respect to its input comes out and goes to the layer before. All of them
use the θ of the forward pass.

For second-order methods the row of sample n and output k of the Jacobian ∂y/∂θ is, in
every dense layer, an outer product of two *factors*: what went in, a_n, and the
sensitivity of that output, Delta[n,k] = ∂y[n,k]/∂s_n::

    ∂y[n,k]/∂W = Delta[n,k] a_nᵀ,   ∂y[n,k]/∂b = Delta[n,k]                 (1)

Source: HybridTech 2018 (algorithm); Golubinskiy and Tolstykh 2021, (17)-(25). Chapter:
backpropagation. Differs from it in: the flat vector.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from course_lib.arrays import namespace
from course_lib.layers import Activation, BatchNorm, Conv2d, Dense
from course_lib.parameters import Segment, flatten, segments, unflatten

__all__ = ["Sequential", "linear_probe"]

Array = Any


@dataclass(frozen=True)
class Sequential:
    """A feed-forward network: ``layers`` in order, for samples of ``input_shape``.

    Parameters
    ----------
    layers : sequence of layers
    input_shape : tuple, optional
        Shape of one sample; not needed where the first layer is Dense.

    Raises
    ------
    ValueError
        If a layer does not fit the output of the one before; the message names both.

    Source: HybridTech 2018. Chapter: backpropagation. Differs from it in: nothing.
    """

    layers: Sequence[Any]
    input_shape: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("layers: expected at least one; got none")
        if self.input_shape is None:
            if not isinstance(self.layers[0], Dense):
                raise ValueError(
                    "input_shape: expected the shape of one sample, such as (1, 28, "
                    f"28), since the first layer is {self.layers[0]}; got None"
                )
            object.__setattr__(self, "input_shape", (self.layers[0].inputs,))
        assert self.output_shapes  # computed now: what does not fit raises

    @cached_property
    def output_shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shape of one sample after each layer."""
        shapes = [tuple(self.input_shape or ())]
        for i, layer in enumerate(self.layers):
            try:
                shapes.append(tuple(layer.output_shape(shapes[-1])))
            except ValueError as error:
                raise ValueError(
                    f"layers: layer {i} does not take {shapes[-1]}: {error}"
                ) from None
        return tuple(shapes[1:])

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Where every array lies in θ."""
        return segments([layer.shapes() for layer in self.layers])

    @property
    def size(self) -> int:
        """P, the length of θ."""
        return self.segments[-1].stop if self.segments else 0

    def init(self, rng: Any) -> Array:
        """θ of shape (P,), float64, every layer drawn in order by its own rule."""
        if not hasattr(rng, "standard_normal"):
            raise ValueError(f"rng: expected np.random.default_rng(seed); got {rng!r}")
        return flatten([layer.init(rng) for layer in self.layers])

    # ----------------------------------------------------------------------------
    # Forward and backward

    def forward(
        self, theta: Array, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, list]:
        """(y, cache): x (N, *input_shape) through all layers.

        ``training`` turns dropout and batch statistics on; ``rng`` draws the masks.
        """
        shape = getattr(x, "shape", ())
        if not shape or tuple(shape[1:]) != self.input_shape or 0 in shape:
            raise ValueError(
                f"x: expected samples of shape {self.input_shape}, so (N, ...) with "
                f"N >= 1; got {tuple(shape) or type(x).__name__}"
            )
        cache = []
        for layer, params in zip(self.layers, self._params(theta), strict=True):
            x, kept = layer.forward(params, x, training=training, rng=rng)
            cache.append(kept)
        return x, cache

    def backward(self, theta: Array, cache: list, grad_y: Array) -> tuple[Array, Array]:
        """(∂E/∂x, ∂E/∂θ) from ∂E/∂y and the cache of `forward` with the same θ."""
        if tuple(grad_y.shape[1:]) != self.output_shapes[-1]:
            raise ValueError(
                f"grad_y: expected the shape of y, (N, ...) with "
                f"{self.output_shapes[-1]} per sample; got {tuple(grad_y.shape)}"
            )
        steps = zip(self.layers, self._params(theta), cache, strict=True)
        grads = []
        for layer, params, kept in reversed(list(steps)):
            grad_y, grad = layer.backward(params, kept, grad_y)
            grads.append(grad)
        return grad_y, flatten(grads[::-1]) if self.size else theta

    def predict(self, theta: Array, x: Array) -> Array:
        """y alone, outside training."""
        return self.forward(theta, x)[0]

    def value_and_gradient(
        self,
        theta: Array,
        x: Array,
        t: Array,
        loss: Any,
        *,
        training: bool = False,
        rng: Any = None,
    ) -> tuple[Array, Array]:
        """(E, ∂E/∂θ) of a loss from `course_lib.losses` at the samples x, t."""
        y, cache = self.forward(theta, x, training=training, rng=rng)
        grad_theta = self.backward(theta, cache, loss.gradient(y, t))[1]
        return loss.value(y, t), grad_theta

    # ----------------------------------------------------------------------------
    # Rows of the Jacobian

    def factors(self, theta: Array, x: Array) -> tuple[Array, list[Any]]:
        """(y, one entry per layer with parameters), the output being (N, K).

        For a dense layer the entry is the pair (Delta, A) of equation (1), Delta
        (N, K, outputs) and A (N, inputs); for a convolution its rows (N, K, width).
        """
        for layer in self.layers:
            if layer.shapes() and not isinstance(layer, Dense | Conv2d):
                raise ValueError(
                    f"factors: expected Dense and Conv2d layers only, got {layer}; "
                    "jacobian_reference takes any layer"
                )
        if len(self.output_shapes[-1]) != 1 or not self.segments:
            raise ValueError(
                "factors: expected outputs (N, K) and at least one parameter; got "
                f"{self.output_shapes[-1]} per sample and {self.size} parameters"
            )
        y, cache = self.forward(theta, x)
        xp, params = namespace(y), self._params(theta)
        convolves = any(isinstance(layer, Conv2d) for layer in self.layers)
        inputs = [x, *self.activations(theta, x)] if convolves else cache
        eye = xp.eye(y.shape[1], dtype=y.dtype, device=y.device)
        # One seed per output, all at once: rows of grad[n] are ∂y[n,k]/∂(this layer).
        grad = xp.broadcast_to(eye[None], (y.shape[0], *eye.shape))
        first = next(i for i, layer in enumerate(self.layers) if layer.shapes())
        entries: list[Any] = []
        for i in reversed(range(first, len(self.layers))):
            layer = self.layers[i]
            if isinstance(layer, Activation):
                grad = grad * layer.phi.derivative(cache[i])[:, None, ...]
                continue
            if isinstance(layer, Dense):
                entries.append((grad, cache[i]))
                grad = grad @ params[i]["weight"] if i > first else grad
                continue
            if isinstance(layer, Conv2d):
                entries.append(layer.rows(inputs[i], grad))
            if i > first:
                seeds = [grad[:, k, ...] for k in range(y.shape[1])]
                back = [layer.backward(params[i], cache[i], seed)[0] for seed in seeds]
                grad = xp.stack(back, axis=1)
        return y, entries[::-1]

    def jacobian(self, theta: Array, x: Array) -> Array:
        """∂y/∂θ of shape (N K, P), rows by sample, outputs fastest."""
        y, entries = self.factors(theta, x)
        xp, (N, K) = namespace(y), y.shape
        blocks = []
        for entry in entries:
            if isinstance(entry, tuple):
                Delta, A = entry
                weight = Delta[:, :, :, None] * A[:, None, None, :]  # eq. 1
                blocks += [xp.reshape(weight, (N * K, -1))]
                entry = Delta
            blocks += [xp.reshape(entry, (N * K, -1))]
        return xp.concat(blocks, axis=1)

    def jacobian_reference(self, theta: Array, x: Array) -> Array:
        """The same for any layers: one backward pass per sample and output."""
        rows = []
        for n in range(x.shape[0]):
            y, cache = self.forward(theta, x[n : n + 1])
            xp = namespace(y)
            y = xp.reshape(y, (-1,))
            for k in range(y.shape[0]):
                seed = xp.zeros_like(y)
                seed[k] = 1
                seed = xp.reshape(seed, (1, *self.output_shapes[-1]))
                rows.append(self.backward(theta, cache, seed)[1])
        return xp.stack(rows)

    # ----------------------------------------------------------------------------
    # Parts

    def activations(self, theta: Array, x: Array) -> list[Array]:
        """The output of every layer, outside training."""
        outputs = []
        for layer, params in zip(self.layers, self._params(theta), strict=True):
            x, _ = layer.forward(params, x)
            outputs.append(x)
        return outputs

    def split(self, index: int) -> tuple["Sequential", "Sequential"]:
        """(trunk, head): layers before and from ``index`` on.

        Their parameters are theta[:trunk.size] and theta[trunk.size:].
        """
        if not 0 < index < len(self.layers):
            raise ValueError(
                f"index: expected 1 to {len(self.layers) - 1}; got {index}"
            )
        return (
            Sequential(self.layers[:index], self.input_shape),
            Sequential(self.layers[index:], self.output_shapes[index - 1]),
        )

    def trainable(self, theta: Array, frozen: Collection[int]) -> Array:
        """(P,): 0 for the parameters of the layers numbered in ``frozen``, else 1.

        A gradient times this leaves frozen layers as they are.
        """
        if not set(frozen) <= set(range(len(self.layers))):
            raise ValueError(
                f"frozen: expected numbers of layers, 0 to {len(self.layers) - 1}; got "
                f"{sorted(frozen)}"
            )
        mask = namespace(theta).ones_like(theta)
        for each in self.segments:
            if each.layer in frozen:
                mask[each.start : each.stop] = 0
        return mask

    def with_statistics(self, theta: Array, x: Array) -> "Sequential":
        """This network with its batch norms' mean and variance measured on x."""
        layers = []
        for layer, params in zip(self.layers, self._params(theta), strict=True):
            if isinstance(layer, BatchNorm):
                layer = layer.with_statistics(x)
            layers.append(layer)
            x, _ = layer.forward(params, x)
        return replace(self, layers=layers)

    def _params(self, theta: Array) -> list[dict]:
        return unflatten(theta, self.segments, len(self.layers))


def linear_probe(
    features: Array, labels: Array, test_features: Array, test_labels: Array
) -> float:
    """Test accuracy of a linear classifier trained on a layer's output, NumPy arrays.

    How separable a layer has made the classes: logistic regression on the features,
    flattened and standardised by the training set.

    Source: Alain and Bengio 2017; Borisov 2024, claim on representations. Chapter:
    representation. Differs from it in: nothing.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    probe.fit(features.reshape(len(features), -1), labels)
    return float(
        probe.score(test_features.reshape(len(test_features), -1), test_labels)
    )
