"""The face detector: the article's numbers, right and planted wrong backward passes."""

import math

import numpy as np
import pytest

from course_lib.activations import tanh
from course_lib.layers import Activation, Conv2d, Dense, Flatten, faces
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.optim import Adam


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(1)
    x, t = faces.synthetic_faces(120, rng)
    return x, t, faces.init(rng)


def gradient_error(params, x, t, mistake):
    """Relative error of the derivative along one direction per layer, the largest."""
    _, grads = faces.loss_and_gradients(params, x, t, mistake)
    rng, h, worst = np.random.default_rng(2), 1e-5, 0.0
    for layer in params:
        d = rng.normal(size=params[layer]["weight"].shape)

        def value(step, layer=layer, d=d):
            moved = params[layer] | {"weight": params[layer]["weight"] + step * d}
            return faces.loss_and_gradients(params | {layer: moved}, x, t)[0]

        known = (value(h) - value(-h)) / (2 * h)
        slope = np.sum(grads[layer]["weight"] * d)
        worst = max(worst, abs(known - slope) / (abs(known) + abs(slope)))
    return worst


def test_face_example():
    """0.73 for a face: residual 0.27, error 0.03645; delta by kind of output unit."""
    y, t = 0.73, 1.0
    assert math.isclose(t - y, 0.27)
    assert math.isclose(0.5 * (y - t) ** 2, 0.03645)
    assert math.isclose((y - t) * (1 - y * y), -0.1261, abs_tol=5e-5)  # tanh
    assert math.isclose((y - t) * y * (1 - y), -0.0532, abs_tol=5e-5)  # logistic
    assert math.isclose(math.atanh(y), 0.9287, abs_tol=5e-5)


def test_face_example_by_the_detector():
    """A detector that answers 0.73 has E = 0.03645 and output delta −0.1261."""
    params = faces.init(np.random.default_rng(0))
    params["dense"]["weight"][:] = 0
    params["dense"]["bias"][:] = math.atanh(0.73)
    x, _ = faces.synthetic_faces(1, np.random.default_rng(0))
    value, grads = faces.loss_and_gradients(params, x, np.ones((1, 1)))
    assert math.isclose(value, 0.03645)
    assert math.isclose(grads["dense"]["bias"][0], -0.1261, abs_tol=5e-5)


def test_strides_do_without_pooling(problem):
    """Two convolutions of stride 2, one after the other, learn the faces as well."""
    x, t, _ = problem
    layers = [Conv2d(1, 4, 5, 2), Activation(tanh), Conv2d(4, 6, 3, 2)]
    net = Sequential(
        [*layers, Activation(tanh), Flatten(), Dense(24, 1), Activation(tanh)],
        x.shape[1:],
    )
    theta, rule = net.init(np.random.default_rng(0)), Adam(0.01)
    state = rule.init(theta)
    for _ in range(60):
        g = net.value_and_gradient(theta, x, t, SquaredError())[1]
        theta, state = rule.update(theta, g, state)
    assert (np.sign(net.predict(theta, x)) == t).mean() > 0.95


def test_faces_gradient_is_right(problem):
    """conv–pool–conv–dense as a whole against central differences."""
    x, t, params = problem
    assert gradient_error(params, x[:6], t[:6], None) < 1e-6


@pytest.mark.parametrize("mistake", faces.MISTAKES)
def test_faces_gradient_check_finds_the_mistake(problem, mistake):
    """Every planted mistake stands out by three decades."""
    x, t, params = problem
    assert gradient_error(params, x[:6], t[:6], mistake) > 1e-3


def test_faces_training_finds_only_the_sign(problem):
    """Right: all faces found. Wrong sign: none learned. The others learn, slower."""
    x, t, params = problem
    xt, tt = faces.synthetic_faces(200, np.random.default_rng(9))
    share, loss = {}, {}
    for mistake in (None, *faces.MISTAKES):
        trained, losses = faces.train(
            params,
            x,
            t,
            epochs=20,
            learning_rate=0.1,
            rng=np.random.default_rng(0),
            mistake=mistake,
        )
        share[mistake], loss[mistake] = faces.accuracy(trained, xt, tt), losses[-1]
    assert share[None] > 0.97 and loss[None] < 0.02
    assert share["sign"] <= 0.5 and loss["sign"] > 0.9
    assert min(v for k, v in share.items() if k != "sign") > 0.8
    assert loss["one position"] > 3 * loss[None]


def test_faces_are_balanced_and_told_apart_by_shape_only():
    """Half faces; mean brightness alone separates the classes hardly at all."""
    x, t = faces.synthetic_faces(400, np.random.default_rng(3))
    assert t.sum() == 0 and x.shape == (400, 1, 16, 16)
    bright = x.mean(axis=(1, 2, 3))
    gap = abs(bright[t[:, 0] > 0].mean() - bright[t[:, 0] < 0].mean())
    assert gap < 0.5 * bright.std()


def test_faces_refuse_an_unknown_mistake(problem):
    """The mistakes on offer are listed."""
    x, t, params = problem
    with pytest.raises(ValueError, match="mistake: expected one of"):
        faces.loss_and_gradients(params, x, t, "typo")
