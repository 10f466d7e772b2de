"""The scalar engine against torch, by hand, and on graphs that break naive engines."""

import math
import random

import pytest

from course_lib.autograd import Value


def test_by_hand():
    """(a b + a)² at a = 2, b = 3: value 64, slopes 2·8·(b + 1) = 64 and 2·8·a = 32."""
    a, b = Value(2), Value(3)
    out = (a * b + a) ** 2
    out.backward()
    assert (out.data, a.grad, b.grad) == (64, 64, 32)


def expression(a, b, c):
    """Uses every operation, numbers on both sides, and values several times."""
    d = (a * b + 2) / (c**2 + 1.5) - a
    e = (0.3 * d).tanh() + (d * d + 1).log() - 1 / (3 - b)
    return (e.exp() + c.relu() * a - (-c).relu()) ** 3 + (2 + e) ** 0.5


@pytest.mark.parametrize("seed", range(5))
def test_gradient_is_torchs(seed):
    """All three gradients of a tangled expression equal torch's to 1e-12."""
    torch = pytest.importorskip("torch")
    rng = random.Random(seed)
    numbers = [rng.uniform(-1, 1) for _ in range(3)]

    ours = [Value(x) for x in numbers]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    out = expression(*ours)
    out.backward()
    other = expression(*theirs)
    other.backward()
    assert out.data == pytest.approx(other.item(), rel=1e-13)
    for a, b in zip(ours, theirs, strict=True):
        assert a.grad == pytest.approx(b.grad.item(), rel=1e-12)


def test_reused_values_add_up():
    """y = x + x + x·x: slope 2 + 2x; an engine that overwrites would say x."""
    x = Value(5)
    y = x + x + x * x
    y.backward()
    assert x.grad == 12
    y.backward()  # again: not accumulated over calls
    assert x.grad == 12


def test_diamond_is_visited_after_both_sides():
    """a feeds b and c, both feed d: b's whole gradient arrives before a is left."""
    a = Value(0.5)
    b = a * 3
    c = b * b
    (b + c).backward()
    assert b.grad == pytest.approx(1 + 2 * 1.5)
    assert a.grad == pytest.approx(3 * 4)


def test_long_chain_needs_no_recursion():
    """20 000 additions: slope 1 at the far end."""
    start = x = Value(1)
    for _ in range(20_000):
        x = x + 1
    x.backward()
    assert start.grad == 1 and x.data == 20_001


def test_neuron_of_the_face_example():
    """tanh output 0.73 for target 1: ∂E/∂s = −0.27 · 0.4671."""
    s = Value(math.atanh(0.73))
    error = (s.tanh() - 1) ** 2 * 0.5
    error.backward()
    assert error.data == pytest.approx(0.03645)
    assert s.grad == pytest.approx(-0.27 * 0.4671)


def test_refusals():
    """An exponent that is a Value, and the logarithm of a negative number."""
    with pytest.raises(TypeError, match="exponent"):
        Value(2) ** Value(3)
    with pytest.raises(ValueError, match="domain"):
        Value(-1).log()


def test_relu_does_not_hide_what_is_not_a_number():
    """relu(NaN) is NaN, as in NumPy and torch, not 0."""
    assert math.isnan(Value(math.nan).relu().data)
