"""Reverse-mode differentiation of numbers: backpropagation without matrices.

Every operation makes a `Value` that remembers its inputs and the slope towards each:

    out = f(a, b)   remembers   [(a, ∂f/∂a), (b, ∂f/∂b)]                    (1)

`backward` visits the values from the last to the first, each after everything that
uses it, and sends its own gradient on: the chain rule, once per remembered slope::

    a.grad += ∂f/∂a · out.grad                                              (2)
"""

import math
from typing import Union

__all__ = ["Value"]

Number = Union["Value", float, int]
Sources = tuple[tuple["Value", float], ...]


class Value:
    """A number that knows where it came from; `backward` sets ``grad`` = ∂out/∂self.

    Source: Linnainmaa 1970. Chapter: backpropagation. Differs from it in: nothing.
    """

    __slots__ = ("data", "grad", "operation", "sources")

    def __init__(self, data: float, sources: Sources = (), operation: str = "") -> None:
        self.data, self.grad = float(data), 0.0
        self.sources, self.operation = sources, operation

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"

    # Operations: the value, and the slope towards each input

    def __add__(self, other: Number) -> "Value":
        b = _value(other)
        return Value(self.data + b.data, ((self, 1.0), (b, 1.0)), "+")

    def __mul__(self, other: Number) -> "Value":
        b = _value(other)
        return Value(self.data * b.data, ((self, b.data), (b, self.data)), "×")

    def __pow__(self, n: float) -> "Value":
        if not isinstance(n, (int, float)):
            raise TypeError(f"exponent: expected a plain number; got {n!r}")
        slope = n * self.data ** (n - 1) if n else 0.0
        return Value(self.data**n, ((self, slope),), f"^{n}")

    def exp(self) -> "Value":
        """e to the power of self."""
        y = math.exp(self.data)
        return Value(y, ((self, y),), "exp")

    def log(self) -> "Value":
        """The natural logarithm; self must be positive."""
        return Value(math.log(self.data), ((self, 1 / self.data),), "log")

    def tanh(self) -> "Value":
        """The hyperbolic tangent."""
        y = math.tanh(self.data)
        return Value(y, ((self, 1 - y * y),), "tanh")

    def relu(self) -> "Value":
        """max(0, self), with slope 0 at 0."""
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),), "relu")

    # What follows from them

    def __neg__(self) -> "Value":
        return self * -1

    def __sub__(self, other: Number) -> "Value":
        return self + -_value(other)

    def __truediv__(self, other: Number) -> "Value":
        return self * _value(other) ** -1

    def __rsub__(self, other: Number) -> "Value":
        return _value(other) - self

    def __rtruediv__(self, other: Number) -> "Value":
        return _value(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    # The backward pass

    def order(self) -> list["Value"]:
        """All values self depends on, every one after its inputs, self last."""
        done: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:  # no recursion: a chain may be longer than Python's stack
            value, inputs_done = stack.pop()
            if inputs_done:
                done.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((source, False) for source, _ in value.sources)
        return done

    def backward(self) -> None:
        """Set ``grad`` = ∂self/∂value for every value self depends on, equation (2)."""
        order = self.order()
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for source, slope in value.sources:
                source.grad += slope * value.grad


def _value(x: Number) -> Value:
    return x if isinstance(x, Value) else Value(x)
