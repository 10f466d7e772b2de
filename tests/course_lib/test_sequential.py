"""Dense layers, what stands between them, and networks over one flat vector."""

import numpy as np
import pytest

from course_lib.activations import logistic, relu, softplus, tanh
from course_lib.differentiation import (
    check_gradient,
    numerical_jacobian,
    relative_error,
)
from course_lib.layers import (
    Activation,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Elman,
    Flatten,
    MaxPool2d,
    glorot_normal,
    glorot_uniform,
    he_normal,
    lecun_normal,
    orthogonal,
)
from course_lib.losses import CrossEntropy, SquaredError
from course_lib.networks.sequential import Sequential, linear_probe
from course_lib.parameters import flatten, segments, unflatten
from tests.course_lib.array_kinds import KINDS, assert_close, back, make, rtol

RNG = np.random.default_rng(11)


def mlp():
    return Sequential([Dense(3, 5), Activation(tanh), Dense(5, 2)])


def cnn():
    return Sequential(
        [
            Conv2d(2, 3, 3, stride=2, padding=1),
            Activation(softplus),
            BatchNorm(3),
            AvgPool2d(2),
            Flatten(),
            Dense(12, 4),
            BatchNorm(4),
            Activation(tanh),
            Dropout(0.3),
            Dense(4, 3),
        ],
        input_shape=(2, 8, 8),
    )


def recurrent():
    return Sequential([Elman(2, 3), Flatten(), Dense(12, 3)], input_shape=(4, 2))


NETWORKS = {"mlp": mlp(), "cnn": cnn(), "recurrent": recurrent()}


# Parameters -----------------------------------------------------------------------


def test_flat_vector_has_torchs_order():
    """θ equals torch's parameters_to_vector of the same network."""
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Linear(5, 2))
    theta = torch.nn.utils.parameters_to_vector(module.parameters()).detach()
    net = Sequential([Dense(3, 5), Dense(5, 2)])
    x = RNG.normal(size=(4, 3))
    ours = net.predict(theta.double(), torch.tensor(x))
    np.testing.assert_allclose(back(ours), back(module.double()(torch.tensor(x))))


def test_flatten_and_unflatten_are_inverse():
    """θ → arrays → θ is the identity, the arrays views, the layout gap-free."""
    shapes = [{"weight": (3, 2), "bias": (3,)}, {}, {"weight": (1, 3)}]
    layout = segments(shapes)
    assert [(s.layer, s.name, s.start, s.stop) for s in layout] == [
        (0, "weight", 0, 6),
        (0, "bias", 6, 9),
        (2, "weight", 9, 12),
    ]
    theta = np.arange(12.0)
    params = unflatten(theta, layout, 3)
    assert np.shares_memory(params[2]["weight"], theta)
    assert (flatten(params) == theta).all()
    with pytest.raises(ValueError, match=r"theta: expected shape \(12,\)"):
        unflatten(theta[:-1], layout, 3)


# Layers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule, variance",
    [
        (he_normal, 2 / 300),
        (lecun_normal, 1 / 300),
        (glorot_normal, 2 / 500),
        (glorot_uniform, 2 / 500),
    ],
)
def test_initial_variance(rule, variance):
    """60 000 draws have the promised variance within five standard errors."""
    W = rule(np.random.default_rng(0), (200, 300), 300, 200)
    error = variance * np.sqrt(2 / W.size)
    assert abs(W.var() - variance) < 5 * error and abs(W.mean()) < 5 * W.std() / 245


@pytest.mark.parametrize("shape", [(4, 9), (9, 4), (4, 3, 3, 1)])
def test_orthogonal_has_unit_singular_values(shape):
    """All singular values of the (rows, rest) matrix are 1."""
    W = orthogonal(np.random.default_rng(0), shape, 9, 4)
    assert W.shape == shape
    values = np.linalg.svd(W.reshape(shape[0], -1), compute_uv=False)
    np.testing.assert_allclose(values, 1, rtol=1e-12)


def test_dropout_keeps_the_mean_and_masks_alike():
    """In training E[y] = x and backward uses forward's mask; else the identity."""
    layer, x = Dropout(0.25), np.ones((200, 100))
    y, mask = layer.forward({}, x, training=True, rng=np.random.default_rng(3))
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert abs(y.mean() - 1) < 5 * np.sqrt(1 / 3 / y.size)
    assert (layer.backward({}, mask, x)[0] == y).all()
    assert layer.forward({}, x)[0] is x
    with pytest.raises(ValueError, match="rng"):
        layer.forward({}, x, training=True)
    with pytest.raises(ValueError, match="rate"):
        Dropout(1.0)


@pytest.mark.parametrize("shape", [(6, 3), (6, 3, 4, 2)])
def test_batch_norm_is_torchs_in_both_phases(shape):
    """Training outputs and gradients, and evaluation with torch's statistics."""
    torch = pytest.importorskip("torch")
    x, g = RNG.normal(size=shape), RNG.normal(size=shape)
    params = {"weight": RNG.normal(size=3), "bias": RNG.normal(size=3)}
    theirs = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(3)
    theirs = theirs.double()
    theirs.load_state_dict(
        {name: torch.tensor(a) for name, a in params.items()}, strict=False
    )
    tx = torch.tensor(x, requires_grad=True)
    out = theirs(tx)
    out.backward(torch.tensor(g))
    y, cache = BatchNorm(3).forward(params, x, training=True)
    grad_x, grads = BatchNorm(3).backward(params, cache, g)
    assert_close(y, out, 1e-12)
    assert_close(grad_x, tx.grad, 1e-12)
    assert_close(grads["weight"], theirs.weight.grad, 1e-12)
    theirs.eval()
    fixed = BatchNorm(
        3,
        mean=tuple(back(theirs.running_mean)),
        variance=tuple(back(theirs.running_var)),
    )
    assert_close(fixed.forward(params, x)[0], theirs(tx), 1e-12)


def test_batch_norm_refuses_what_it_cannot_do():
    """No statistics outside training, one sample in training, other widths."""
    layer = BatchNorm(3)
    params = layer.init(None)
    with pytest.raises(ValueError, match="with_statistics"):
        layer.forward(params, np.ones((2, 3)))
    with pytest.raises(ValueError, match="at least 2 samples"):
        layer.forward(params, np.ones((1, 3)), training=True)
    with pytest.raises(ValueError, match="expected 3 features"):
        layer.forward(params, np.ones((2, 4)), training=True)


def test_with_statistics_makes_the_training_set_standard():
    """Outside training the training set then has the moments of weight and bias."""
    net, x = cnn(), RNG.normal(size=(40, 2, 8, 8))
    theta = net.init(np.random.default_rng(0))
    z = net.with_statistics(theta, x).activations(theta, x)[6]
    np.testing.assert_allclose(z.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(z.var(0), 1, rtol=1e-2)  # ε beside a small variance


# Networks -------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_gradient_is_the_central_difference(name):
    """∂E/∂θ of the whole network passes the check, in training mode."""
    net = NETWORKS[name]
    theta = net.init(np.random.default_rng(1))
    x = RNG.normal(size=(4, *net.input_shape))
    t = np.array([0, 1, 1, 0])

    def both(theta):
        rng = np.random.default_rng(7)  # the same masks every time
        return net.value_and_gradient(
            theta, x, t, CrossEntropy(), training=True, rng=rng
        )

    check = check_gradient(lambda th: both(th)[0], both(theta)[1], theta)
    assert check.ok, check


def test_gradient_with_respect_to_the_input():
    """∂E/∂x passes the check as well."""
    net, x, t = mlp(), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))
    theta, loss = net.init(RNG), SquaredError()
    y, cache = net.forward(theta, x)
    grad_x, _ = net.backward(theta, cache, loss.gradient(y, t))
    assert check_gradient(lambda x: loss.value(net.predict(theta, x), t), grad_x, x).ok


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_agree_with_numpy(kind):
    """Value and gradient of an MLP and a CNN in every array kind."""
    for net in (mlp(), cnn()):
        theta = net.init(np.random.default_rng(2))
        x, t = (
            RNG.normal(size=(4, *net.input_shape)),
            RNG.random((4, net.output_shapes[-1][0])),
        )
        expected = net.value_and_gradient(
            theta, x, t, SquaredError(), training=True, rng=np.random.default_rng(0)
        )
        E, g = net.value_and_gradient(
            make(kind, theta),
            make(kind, x),
            make(kind, t),
            SquaredError(),
            training=True,
            rng=np.random.default_rng(0),
        )
        assert_close(E, expected[0], rtol(kind))
        assert_close(g, expected[1], rtol(kind))


def test_gradient_is_torchs():
    """A 3-layer ReLU network: ∂E/∂θ equals torch.autograd to 1e-12."""
    torch = pytest.importorskip("torch")
    layers = [Dense(6, 8), Activation(relu), Dense(8, 7), Activation(logistic)]
    net = Sequential([*layers, Dense(7, 3)])
    theta = net.init(RNG)
    x, t = RNG.normal(size=(9, 6)), RNG.integers(0, 3, 9)
    E, g = net.value_and_gradient(theta, x, t, CrossEntropy())
    n = torch.nn
    module = n.Sequential(
        n.Linear(6, 8), n.ReLU(), n.Linear(8, 7), n.Sigmoid(), n.Linear(7, 3)
    ).double()
    n.utils.vector_to_parameters(torch.tensor(theta), module.parameters())
    loss = n.functional.cross_entropy(module(torch.tensor(x)), torch.tensor(t))
    loss.backward()
    theirs = n.utils.parameters_to_vector([p.grad for p in module.parameters()])
    assert float(E) == pytest.approx(loss.item(), rel=1e-13)
    assert_close(g, theirs, 1e-12)


def test_inputs_are_not_changed():
    """Forward and backward leave θ, x and grad_y as they were."""
    net = cnn()
    theta, x = net.init(RNG), RNG.normal(size=(3, 2, 8, 8))
    kept = theta.copy(), x.copy()
    y, cache = net.forward(theta, x, training=True, rng=np.random.default_rng(0))
    g = np.ones_like(y)
    net.backward(theta, cache, g)
    assert (theta == kept[0]).all() and (x == kept[1]).all() and (g == 1).all()


def test_jacobian_three_ways():
    """Factors, sample by sample, and central differences give one Jacobian."""
    net, x = mlp(), RNG.normal(size=(4, 3))
    theta = net.init(RNG)
    J = net.jacobian(theta, x)
    assert J.shape == (8, net.size)
    np.testing.assert_allclose(J, net.jacobian_reference(theta, x), atol=1e-15)
    numeric = numerical_jacobian(lambda th: net.predict(th, x).ravel(), theta)
    assert relative_error(J, numeric) < 1e-9


def test_gram_from_the_factors():
    """J Jᵀ = Σ_layers (Delta Deltaᵀ) ∘ (A Aᵀ + 1) without ever forming J."""
    net, x = mlp(), RNG.normal(size=(4, 3))
    theta = net.init(RNG)
    gram = 0
    for Delta, A in net.factors(theta, x)[1]:
        D = Delta.reshape(8, -1)
        gram = gram + (D @ D.T) * np.kron(A @ A.T + 1, np.ones((2, 2)))
    J = net.jacobian(theta, x)
    np.testing.assert_allclose(gram, J @ J.T, rtol=1e-12)


def test_jacobian_of_convolutions():
    """Stride, border, pooling, no bias: factors, one by one, central differences."""
    layers = [Conv2d(1, 2, 2, padding=1), Activation(tanh), MaxPool2d(2)]
    layers += [Conv2d(2, 3, 2, stride=2, bias=False), Flatten(), Dense(3, 2)]
    net = Sequential(layers, (1, 5, 5))
    theta, x = net.init(RNG), RNG.normal(size=(3, 1, 5, 5))
    J = net.jacobian(theta, x)
    np.testing.assert_allclose(J, net.jacobian_reference(theta, x), atol=1e-14)
    numeric = numerical_jacobian(lambda th: net.predict(th, x).ravel(), theta)
    assert relative_error(J, numeric) < 1e-9
    with pytest.raises(ValueError, match="Dense and Conv2d layers only, got BatchNorm"):
        Sequential([Dense(2, 2), BatchNorm(2)]).jacobian(np.ones(10), x[:, 0, 0, :2])


def test_equal_start_stays_equal():
    """Hidden units that start equal stay equal: symmetry never breaks."""
    net = Sequential([Dense(2, 4), Activation(tanh), Dense(4, 1)])
    theta = np.full(net.size, 0.3)
    x, t = RNG.normal(size=(10, 2)), RNG.normal(size=(10, 1))
    for _ in range(20):
        theta = theta - 0.1 * net.value_and_gradient(theta, x, t, SquaredError())[1]
    W = theta[:8].reshape(4, 2)
    assert np.ptp(W, axis=0).max() < 1e-14 and abs(W[0] - 0.3).max() > 1e-3


def test_split_is_the_whole():
    """Trunk then head on the two parts of θ is the network; frozen parts stay."""
    net, x = cnn(), RNG.normal(size=(5, 2, 8, 8))
    theta = net.init(RNG)
    net = net.with_statistics(theta, x)
    trunk, head = net.split(5)
    assert trunk.size + head.size == net.size and head.input_shape == (12,)
    features = trunk.predict(theta[: trunk.size], x)
    y = head.predict(theta[trunk.size :], features)
    assert (y == net.predict(theta, x)).all()
    assert (net.activations(theta, x)[4] == features).all()
    mask = net.trainable(theta, frozen=range(5))
    assert (mask[: trunk.size] == 0).all() and (mask[trunk.size :] == 1).all()


def test_linear_probe_tells_separable_from_not():
    """Two shifted clouds are separable, one cloud with random labels is not."""
    labels = np.tile([0, 1], 100)
    clouds = RNG.normal(size=(200, 2)) + 6 * labels[:, None]
    noise = RNG.normal(size=(200, 2))
    half = slice(100), slice(100, 200)
    args = [
        (c[half[0]], labels[half[0]], c[half[1]], labels[half[1]])
        for c in (clouds, noise)
    ]
    assert linear_probe(*args[0]) > 0.97 and linear_probe(*args[1]) < 0.7


def test_layers_that_do_not_fit_are_refused():
    """The message names the layer, what it expects and what comes."""
    with pytest.raises(ValueError, match=r"layer 2 does not take \(5,\).*expected 4"):
        Sequential([Dense(3, 5), Activation(tanh), Dense(4, 2)])
    with pytest.raises(ValueError, match=r"layer 1 .*Flatten"):
        Sequential([Conv2d(1, 2, 3), Dense(8, 2)], (1, 4, 4))
    with pytest.raises(ValueError, match="input_shape"):
        Sequential([Conv2d(1, 2, 3)])
    with pytest.raises(ValueError, match="at least one"):
        Sequential([])
    with pytest.raises(ValueError, match=r"x: expected samples of shape \(3,\)"):
        mlp().predict(np.zeros(32), np.ones((4, 2)))
    with pytest.raises(ValueError, match="index"):
        mlp().split(3)
    with pytest.raises(ValueError, match="inputs: expected a whole number >= 1"):
        Dense(0, 2)
