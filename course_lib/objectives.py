"""Objectives: what a method may ask of the function it minimises.

An objective is any object with some of these, θ being a flat vector:

- ``value(theta)`` and ``value_and_gradient(theta)``;
- ``linearize(theta)``: a `Linearization` of the square-root residual u, with
  J = ∂u/∂θ in the Gauss-Newton sense, so that always

      gradient = Jᵀ u,      Gauss-Newton matrix = Jᵀ J,                      (1)

  and value = ½ u·u for least squares only (see `course_lib.losses`);
- ``hessian(theta)``, the full second derivative.

A method names what it calls and refuses an objective that lacks it.

For a network of dense layers, J is never formed: with the factors of
`Sequential.factors`, the sensitivities multiplied by the factor S of the loss,

    J Jᵀ = Σ_layers (Delta Deltaᵀ) ∘ ((A Aᵀ + 1) ⊗ 1 1ᵀ)                    (2)

where rows run over samples, outputs fastest.

Source: Golubinskiy and Tolstykh 2021, (26), (27), in our sign; (2) is known from
neural tangent kernels (Novak et al. 2022). Chapter: levenberg-marquardt. Differs from
it in: r = prediction − target.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from course_lib.arrays import (
    lower_product,
    mirror,
    namespace,
    product_with_transpose,
)
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential

__all__ = [
    "DenseBlock",
    "ExplicitJacobian",
    "FactoredJacobian",
    "Function",
    "LeastSquares",
    "Linearization",
    "NetworkObjective",
    "RowBlock",
    "StackedJacobian",
]

Array = Any
CHUNK = 4096  # rows of J formed at a time


class Linearization(Protocol):
    """Residual u (R,), value, and products with J (R, P) at one θ."""

    r: Array
    value: Any

    @property
    def size(self) -> tuple[int, int]:
        """(R, P)."""

    def jvp(self, v: Array) -> Array:
        """J v, (P,) to (R,)."""

    def vjp(self, u: Array) -> Array:
        """Jᵀ u, (R,) to (P,)."""

    def jacobian(self) -> Array:
        """J, (R, P)."""

    def normal(self) -> Array:
        """Jᵀ J, (P, P)."""

    def gram(self) -> Array:
        """J Jᵀ, (R, R)."""


@dataclass(frozen=True)
class ExplicitJacobian:
    """A linearization from the matrix itself.

    Source: Golubinskiy and Tolstykh 2021, (27). Chapter: levenberg-marquardt. Differs
    from it in: the sign of r and J.
    """

    r: Array
    J: Array

    @property
    def value(self) -> Any:
        """½ r·r."""
        return self.r @ self.r / 2

    @property
    def size(self) -> tuple[int, int]:
        """(R, P)."""
        return tuple(self.J.shape)

    def __post_init__(self) -> None:
        if len(self.J.shape) != 2 or self.r.shape != self.J.shape[:1]:
            raise ValueError(
                "J: expected one row per residual, r (R,) and J (R, P); got "
                f"{tuple(self.r.shape)} and {tuple(self.J.shape)}"
            )

    def jvp(self, v: Array) -> Array:
        """J v."""
        return self.J @ v

    def vjp(self, u: Array) -> Array:
        """Jᵀ u."""
        return self.J.T @ u

    def jacobian(self) -> Array:
        """J."""
        return self.J

    def normal(self) -> Array:
        """Jᵀ J."""
        return self.J.T @ self.J

    def gram(self) -> Array:
        """J Jᵀ."""
        return self.J @ self.J.T


class DenseBlock(NamedTuple):
    """A dense layer's columns of J: row (n,k) is ravel(Delta[n,k] a_nᵀ), Delta[n,k].

    Delta (N, K, outputs), A (N, inputs).
    """

    Delta: Array
    A: Array

    @property
    def width(self) -> int:
        """The number of the layer's parameters."""
        return self.Delta.shape[2] * (self.A.shape[1] + 1)

    def part(self, start: int, stop: int) -> "DenseBlock":
        """The columns' rows of some examples."""
        return DenseBlock(self.Delta[start:stop], self.A[start:stop])

    def jvp(self, v: Array) -> Array:
        """(N, K): Delta (V a + v_b)."""
        split = self.Delta.shape[2] * self.A.shape[1]
        V = namespace(v).reshape(v[:split], (self.Delta.shape[2], -1))
        s = self.A @ V.T + v[split:]
        return (self.Delta @ s[:, :, None])[:, :, 0]

    def vjp(self, u: Array) -> Array:
        """(width,): Σ_n (Σ_k u_nk Delta_nk) a_nᵀ, one weighted backward pass."""
        xp = namespace(u)
        delta = (u[:, None, :] @ self.Delta)[:, 0, :]
        weight = xp.reshape(delta.T @ self.A, (-1,))
        return xp.concat([weight, xp.sum(delta, axis=0)])

    def rows(self) -> Array:
        """(N K, width), formed."""
        xp, (N, K, _) = namespace(self.A), self.Delta.shape
        weight = self.Delta[:, :, :, None] * self.A[:, None, None, :]
        parts = [xp.reshape(weight, (N * K, -1)), xp.reshape(self.Delta, (N * K, -1))]
        return xp.concat(parts, axis=1)

    def gram(self) -> Array:
        """Equation (2) for this layer, (N K, N K); only the lower triangle counts."""
        xp, (N, K, _) = namespace(self.A), self.Delta.shape
        G = lower_product(xp.reshape(self.Delta, (N * K, -1)))
        scale = product_with_transpose(self.A) + 1
        by_example = xp.reshape(G, (N, K, N, K))  # a view: G changes
        by_example *= scale[:, None, :, None]
        return G


class RowBlock(NamedTuple):
    """Any other layer's columns of J, formed: G (N, K, width)."""

    G: Array

    @property
    def width(self) -> int:
        """The number of the layer's parameters."""
        return self.G.shape[2]

    def part(self, start: int, stop: int) -> "RowBlock":
        """The columns' rows of some examples."""
        return RowBlock(self.G[start:stop])

    def jvp(self, v: Array) -> Array:
        """(N, K)."""
        return self.G @ v

    def vjp(self, u: Array) -> Array:
        """(width,)."""
        xp = namespace(u)
        return xp.reshape(u, (-1,)) @ self.rows()

    def rows(self) -> Array:
        """(N K, width)."""
        return namespace(self.G).reshape(self.G, (-1, self.width))

    def gram(self) -> Array:
        """(N K, N K); only the lower triangle counts."""
        return lower_product(self.rows())


@dataclass(frozen=True)
class FactoredJacobian:
    """A linearization from one block of columns per layer, J not formed unless asked.

    Source: equation (2). Chapter: levenberg-marquardt. Differs from it in: nothing.
    """

    r: Array
    blocks: Sequence[DenseBlock | RowBlock]
    value: Any

    @cached_property
    def size(self) -> tuple[int, int]:
        """(R, P)."""
        return self.r.shape[0], sum(block.width for block in self.blocks)

    @cached_property
    def _rows(self) -> tuple[int, int]:
        first = self.blocks[0]
        array = first.Delta if isinstance(first, DenseBlock) else first.G
        return array.shape[0], array.shape[1]

    def jvp(self, v: Array) -> Array:
        """J v, layer by layer."""
        total, start = 0, 0
        for block in self.blocks:
            total = total + block.jvp(v[start : start + block.width])
            start += block.width
        return namespace(v).reshape(total, (-1,))

    def vjp(self, u: Array) -> Array:
        """Jᵀ u, layer by layer."""
        xp = namespace(u)
        u = xp.reshape(u, self._rows)
        return xp.concat([block.vjp(u) for block in self.blocks])

    def jacobian(self) -> Array:
        """J, formed."""
        return namespace(self.r).concat([block.rows() for block in self.blocks], axis=1)

    def normal(self) -> Array:
        """Jᵀ J, from some thousand rows of J at a time."""
        (N, K), total = self._rows, None
        size = max(1, CHUNK // K)
        for k in range(0, N, size):
            rows = [block.part(k, k + size).rows() for block in self.blocks]
            J = namespace(rows[0]).concat(rows, axis=1)
            total = lower_product(J.T, total)
        return mirror(total)

    def gram(self) -> Array:
        """J Jᵀ by equation (2): no array of R P numbers."""
        K = self.blocks[0].gram()
        for block in self.blocks[1:]:
            K += block.gram()
        return mirror(K)


@dataclass(frozen=True)
class StackedJacobian:
    """Linearizations of several batches as one: rows below rows.

    `normal` adds up the batches' Jᵀ J: the exact step of the whole set, its J never
    formed. `course_lib.optim.hybrid.accumulated_step` takes it with one batch's memory
    for the passes.

    Source: identity; Golubinskiy and Tolstykh 2021 average the batches' steps instead.
    Chapter: hybrid-method.
    """

    parts: Sequence[Any]

    @property
    def r(self) -> Array:
        """All residuals."""
        return namespace(self.parts[0].r).concat([part.r for part in self.parts])

    @property
    def value(self) -> Any:
        """The sum of the batches' values."""
        return sum(part.value for part in self.parts)

    @property
    def size(self) -> tuple[int, int]:
        """(R, P)."""
        return sum(part.size[0] for part in self.parts), self.parts[0].size[1]

    def jvp(self, v: Array) -> Array:
        """J v."""
        return namespace(v).concat([part.jvp(v) for part in self.parts])

    def vjp(self, u: Array) -> Array:
        """Jᵀ u."""
        total, start = 0, 0
        for part in self.parts:
            stop = start + part.size[0]
            total, start = total + part.vjp(u[start:stop]), stop
        return total

    def jacobian(self) -> Array:
        """J, formed."""
        return namespace(self.parts[0].r).concat([p.jacobian() for p in self.parts])

    def normal(self) -> Array:
        """Jᵀ J = Σ over batches."""
        return sum(part.normal() for part in self.parts)

    def gram(self) -> Array:
        """J Jᵀ, with J formed: the batches' rows meet."""
        return product_with_transpose(self.jacobian())


# --------------------------------------------------------------------------------
# Objectives


@dataclass(frozen=True)
class Function:
    """An objective from plain functions of θ; any but ``value`` may be missing.

    Source: none in the sources. Chapter: levenberg-marquardt.
    """

    value: Callable[[Array], Any]
    gradient: Callable[[Array], Array] | None = None
    hessian: Callable[[Array], Array] | None = None

    @property
    def value_and_gradient(self) -> Callable[[Array], tuple[Any, Array]] | None:
        """(value(θ), gradient(θ)), or None."""
        gradient = self.gradient
        if gradient is None:
            return None
        return lambda theta: (self.value(theta), gradient(theta))


@dataclass(frozen=True)
class LeastSquares:
    """½ r·r from residual(θ) of shape (R,) and jacobian(θ) of shape (R, P).

    Source: Golubinskiy and Tolstykh 2021, (26). Chapter: levenberg-marquardt. Differs
    from it in: the sign of r.
    """

    residual: Callable[[Array], Array]
    jacobian: Callable[[Array], Array]

    def value(self, theta: Array) -> Any:
        """½ r·r."""
        r = self.residual(theta)
        if len(r.shape) != 1:
            raise ValueError(f"residual: expected shape (R,); got {tuple(r.shape)}")
        return r @ r / 2

    def value_and_gradient(self, theta: Array) -> tuple[Any, Array]:
        """(½ r·r, Jᵀ r)."""
        r = self.residual(theta)
        return r @ r / 2, self.jacobian(theta).T @ r

    def linearize(self, theta: Array) -> ExplicitJacobian:
        """r and J at θ."""
        J = self.jacobian(theta)
        if tuple(J.shape[1:]) != tuple(theta.shape):
            raise ValueError(
                f"jacobian: expected shape (R, {theta.shape[0]}), a column for each "
                f"number of theta; got {tuple(J.shape)}"
            )
        return ExplicitJacobian(self.residual(theta), J)


@dataclass(frozen=True)
class NetworkObjective:
    """The loss of a network on samples x (N, ...) and targets t, as a function of θ.

    L2: ``weight_decay`` ρ adds ½ ρ θ·θ to value and gradient. `linearize` refuses it:
    the methods that call it have a weight decay of their own.

    Source: Borisov 2024, slide "training as optimisation". Chapter:
    learning-as-optimization. Differs from it in: nothing.
    """

    network: Sequential
    x: Array
    t: Array
    loss: Any = field(default_factory=SquaredError)
    weight_decay: float = 0.0

    def value(self, theta: Array) -> Any:
        """The loss, and the penalty."""
        value = self.loss.value(self.network.predict(theta, self.x), self.t)
        return value + self._penalty(theta)

    def value_and_gradient(self, theta: Array) -> tuple[Any, Array]:
        """Both by one forward and one backward pass."""
        value, gradient = self.network.value_and_gradient(
            theta, self.x, self.t, self.loss
        )
        if self.weight_decay:
            gradient = gradient + self.weight_decay * theta
        return value + self._penalty(theta), gradient

    def linearize(self, theta: Array) -> FactoredJacobian:
        """Blocks of J, one per dense layer or convolution: K backward passes."""
        if self.weight_decay:
            raise ValueError(
                "weight_decay: expected 0 where the objective is linearized; give it "
                f"to the method instead; got {self.weight_decay}"
            )
        y, entries = self.network.factors(theta, self.x)
        St = self.loss.factor(y, self.t)
        St = namespace(St).permute_dims(St, (0, 2, 1))
        u = namespace(y).reshape(self.loss.residual(y, self.t), (-1,))
        blocks = [
            DenseBlock(St @ entry[0], entry[1])
            if isinstance(entry, tuple)
            else RowBlock(St @ entry)
            for entry in entries
        ]
        return FactoredJacobian(u, blocks, self.loss.value(y, self.t))

    def _penalty(self, theta: Array) -> Any:
        return self.weight_decay / 2 * (theta @ theta) if self.weight_decay else 0.0
