"""Losses against torch, against their own derivatives, and what they refuse."""

import numpy as np
import pytest

from course_lib.activations import tanh
from course_lib.differentiation import check_gradient, numerical_jacobian
from course_lib.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    KullbackLeibler,
    SquaredError,
)
from tests.course_lib.array_kinds import KINDS, assert_close, back, make, rtol

RNG = np.random.default_rng(4)
Y = RNG.normal(size=(5, 3))
T = RNG.random((5, 3))
P = T / T.sum(1, keepdims=True)
LOSSES = [
    (SquaredError, T),
    (CrossEntropy, P),
    (KullbackLeibler, P),
    (BinaryCrossEntropy, T),
]
CASES = [
    pytest.param(loss(reduction), t, id=f"{loss.__name__}-{reduction}")
    for loss, t in LOSSES
    for reduction in ("mean", "sum")
]


@pytest.mark.parametrize("loss, t", CASES)
def test_gradient_is_the_central_difference(loss, t):
    """∂E/∂y passes the gradient check."""
    check = check_gradient(lambda y: loss.value(y, t), loss.gradient(Y, t), Y)
    assert check.ok, check


@pytest.mark.parametrize("loss, t", CASES)
def test_factor_times_residual_is_the_gradient(loss, t):
    """Equation (1): S u = ∂E/∂y and S Sᵀ = ∂²E/∂y² for every sample."""
    S, u = loss.factor(Y, t), loss.residual(Y, t)
    gradient = loss.gradient(Y, t)
    np.testing.assert_allclose(np.einsum("nkj,nj->nk", S, u), gradient, atol=1e-15)
    hessian = numerical_jacobian(lambda y: loss.gradient(y, t), Y)
    ours = np.einsum("nij,nkj->nik", S, S)
    for n in range(5):
        np.testing.assert_allclose(ours[n], hessian[n, :, n], atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss, t", CASES)
def test_kinds_agree_with_numpy(loss, t, kind):
    """Every array kind gives NumPy's numbers."""
    y, target = make(kind, Y), make(kind, t)
    for f in (loss.gradient, loss.residual, loss.factor):
        assert_close(f(y, target), f(Y, t), rtol(kind))
    assert float(loss.value(y, target)) == pytest.approx(
        float(loss.value(Y, t)), rel=max(rtol(kind), 1e-5 if "32" in kind else 0)
    )


def test_values_are_torchs():
    """Cross-entropy, its two targets, KL and binary cross-entropy equal torch's."""
    torch = pytest.importorskip("torch")
    F, s, p = torch.nn.functional, torch.tensor(Y), torch.tensor(P)
    labels = np.array([0, 2, 1, 1, 0])
    pairs = [
        (CrossEntropy().value(Y, P), F.cross_entropy(s, p)),
        (CrossEntropy().value(Y, labels), F.cross_entropy(s, torch.tensor(labels))),
        (
            KullbackLeibler().value(Y, P),
            F.kl_div(s.log_softmax(-1), p, reduction="batchmean"),
        ),
        (
            BinaryCrossEntropy("sum").value(Y, T),
            F.binary_cross_entropy_with_logits(s, torch.tensor(T), reduction="sum"),
        ),
        (2 * SquaredError().value(Y, T) / 3, F.mse_loss(s, torch.tensor(T))),
    ]
    for ours, theirs in pairs:
        assert float(ours) == pytest.approx(float(theirs), rel=1e-13)


def test_face_example_of_the_article():
    """Output 0.73 for target 1: residual −0.27, loss 0.03645, tanh delta −0.1261."""
    y, t = np.array([[0.73]]), np.array([[1.0]])
    loss = SquaredError("sum")
    assert loss.residual(y, t)[0, 0] == pytest.approx(-0.27)
    assert loss.value(y, t) == pytest.approx(0.03645)
    s = np.arctanh(y)
    delta = loss.gradient(tanh(s), t) * tanh.derivative(s)
    assert delta[0, 0] == pytest.approx(-0.27 * 0.4671)


def test_kl_is_cross_entropy_less_a_constant():
    """They differ by the entropy of t, also where t has zeros; KL ≥ 0, 0 at p = t."""
    t = np.array([[1.0, 0, 0], [0.5, 0.5, 0]])
    s = Y[:2]
    entropy = np.log(2)  # of the second row; the first has none
    difference = CrossEntropy("sum").value(s, t) - KullbackLeibler("sum").value(s, t)
    assert difference == pytest.approx(entropy)
    assert KullbackLeibler().value(np.log(P), P) == pytest.approx(0, abs=1e-15)


def test_residual_is_half_of_the_value_only_for_squared_error():
    """½ u·u = E for the squared error and for no other loss."""
    for loss, t in LOSSES:
        u, E = loss().residual(Y, t), loss().value(Y, t)
        assert (abs(np.sum(u**2) / 2 - E) < 1e-12) == (loss is SquaredError)


@pytest.mark.parametrize("kind", ["numpy-float64", "torch-float32"])
def test_extreme_logits_stay_finite(kind):
    """Logits of ±1000: value, gradient, residual and factor are finite."""
    s = make(kind, np.array([[1000.0, -1000, 0], [-1000, 0, 1000]]))
    t = make(kind, np.array([[0.0, 1, 0], [0, 0, 1]]))
    for loss in (CrossEntropy(), KullbackLeibler(), BinaryCrossEntropy()):
        for f in (loss.value, loss.gradient, loss.residual, loss.factor):
            assert np.isfinite(back(f(s, t))).all()


def test_wrong_shapes_are_refused():
    """(N,) against (N, 1) would broadcast to (N, N): refused, as are bad labels."""
    with pytest.raises(
        ValueError, match=r"t: expected .* the shape .*\(5, 1\).*\(5,\)"
    ):
        SquaredError().value(Y[:, :1], T[:, 0])
    with pytest.raises(ValueError, match="class numbers from 0 to 2"):
        CrossEntropy().value(Y, np.array([0, 1, 2, 3, 0]))
    with pytest.raises(ValueError, match="integers"):
        CrossEntropy().gradient(Y, np.array([0.0, 1, 2, 1, 0]))
    with pytest.raises(ValueError, match="reduction"):
        SquaredError("average")
    with pytest.raises(ValueError, match="logits"):
        CrossEntropy().value(Y[0], T[0])


def test_targets_that_are_no_probabilities_are_refused():
    """±1 for yes and no, rows that do not sum to 1, lists: a wrong gradient else."""
    for loss in (CrossEntropy(), KullbackLeibler(), BinaryCrossEntropy()):
        for f in (loss.value, loss.gradient, loss.residual):
            with pytest.raises(ValueError, match="t: expected"):
                f(Y, np.where(P > 0.3, 1.0, -1.0))
            with pytest.raises(ValueError, match="t: expected"):
                f(Y, np.full_like(Y, np.nan))
            with pytest.raises(ValueError, match=r"t: expected an array.*list"):
                f(Y, [0, 1, 2, 1, 0])
    with pytest.raises(ValueError, match="sum to 1"):
        CrossEntropy().gradient(Y, P / 2)
    with pytest.raises(ValueError, match="y: expected an array; got list"):
        SquaredError().value([1.0], np.ones(1))
    with pytest.raises(ValueError, match=r"t: .* \(N, ...\)"):
        SquaredError().value(np.array(1.0), np.array(2.0))


def test_small_integers_name_many_classes():
    """uint8 labels with 300 classes: 5 is class 5 alone, not 261 as well."""
    g = CrossEntropy("sum").gradient(np.zeros((1, 300)), np.array([5], np.uint8))[0]
    assert np.flatnonzero(g < 0).tolist() == [5]
