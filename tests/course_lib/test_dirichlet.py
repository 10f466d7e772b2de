"""Dirichlet laws against quadrature, Monte Carlo and numbers worked out once; NGDM."""

import numpy as np
import pytest
from scipy import integrate, optimize

from course_lib import dirichlet as d
from course_lib.optim import NGDM, Momentum
from course_lib.optim.ngdm import alpha_rule
from tests.course_lib.array_kinds import KINDS, assert_close, make

ALPHA = np.array([1.4, 2.3, 0.7, 3.1])


def test_golden_values_of_the_fisher_matrix():
    """Trigammas, eigenvalues and a solve at α = (1.4, 2.3, 0.7, 3.1)."""
    np.testing.assert_allclose(
        d.trigamma(ALPHA), [1.02535659, 0.54253746, 2.83404916, 0.38009550], rtol=1e-8
    )
    np.testing.assert_allclose(
        np.linalg.eigvalsh(d.fisher(ALPHA)),
        [0.0855871, 0.47648749, 0.93321873, 2.7162818],
        rtol=1e-7,
    )
    np.testing.assert_allclose(
        d.fisher_solve(ALPHA, [1, -2, 3, 0.5]),
        [0.70348062, -4.20004458, 0.96022276, 0.58227074],
        rtol=1e-7,
    )


def test_printed_inverse_trigammas():
    """1/ψ′(½) = 0.2026 is right, 1/ψ′(12) = 11.507, not 1.428; identity at 1.42626."""
    assert 1 / d.trigamma(0.5) == pytest.approx(2 / np.pi**2)
    assert 1 / d.trigamma(12) == pytest.approx(11.5072, abs=5e-5)
    root = optimize.brentq(lambda a: d.trigamma(a) - 1, 1, 2, xtol=1e-14)
    assert root == pytest.approx(1.42625512, abs=5e-9)


def test_fisher_is_the_covariance_of_the_score():
    """400 000 draws: mean score 0 and its covariance F within five standard errors."""
    s = d.score(d.sample(ALPHA, 400_000, np.random.default_rng(0)), ALPHA)
    assert (abs(s.mean(axis=0)) < 5 * s.std(axis=0) / 632).all()
    products = s[:, :, None] * s[:, None, :]
    error = products.std(axis=0) / 632
    assert (abs(products.mean(axis=0) - d.fisher(ALPHA)) < 5 * error).all()


def test_fisher_is_the_mean_hessian_by_autodiff():
    """torch's second derivatives of −ln p: F of both laws, without a draw or with."""
    torch = pytest.importorskip("torch")

    hessian = torch.autograd.functional.hessian

    def minus_log_beta(a, b, y):
        log_beta = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
        return log_beta - (a - 1) * torch.log(y) - (b - 1) * torch.log1p(-y)

    def minus_log_density(a):
        x = torch.tensor([0.1, 0.3, 0.2, 0.4]).double()  # any: the Hessian has no x
        norm = torch.lgamma(a).sum() - torch.lgamma(a.sum())
        return norm - ((a - 1) * torch.log(x)).sum()

    F = hessian(minus_log_density, torch.tensor(ALPHA))
    np.testing.assert_allclose(d.fisher(ALPHA), F, rtol=1e-8)  # torch to 5e-10
    alpha, beta, y = np.array([1.4, 2.5]), np.array([3.2, 1.8]), (0.3, 0.6)
    for i, block in enumerate(d.generalized_fisher(alpha, beta)):
        pair = torch.tensor([alpha[i], beta[i]])
        stick = torch.tensor(y[i]).double()
        F = hessian(lambda p, s=stick: minus_log_beta(p[0], p[1], s), pair)
        np.testing.assert_allclose(block, F, rtol=1e-8)


def test_generalized_fisher_is_the_covariance_of_its_score():
    """200 000 draws: the blocks, and 0 between them, within five standard errors."""
    alpha, beta = np.array([1.4, 2.5]), np.array([3.2, 1.8])
    x = d.generalized_sample(alpha, beta, 200_000, np.random.default_rng(6))
    s = d.generalized_score(x, alpha, beta)
    F = np.zeros((4, 4))
    for i, block in enumerate(d.generalized_fisher(alpha, beta)):
        F[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    products = s[:, :, None] * s[:, None, :]
    error = products.std(axis=0) / np.sqrt(len(s))
    assert (abs(products.mean(axis=0) - F) < 5 * error).all()


def test_score_is_the_gradient_of_the_density():
    """Central differences of both laws' log-densities."""
    from course_lib.differentiation import numerical_gradient

    x = np.array([0.1, 0.3, 0.2, 0.4])
    ours = d.score(x, ALPHA)
    expected = numerical_gradient(lambda a: d.log_density(x, a), ALPHA)
    np.testing.assert_allclose(ours, expected, rtol=1e-7)
    pair = np.array([1.4, 3.2, 2.5, 1.8])
    ours = d.generalized_score(x[:2], pair[::2], pair[1::2])
    expected = numerical_gradient(
        lambda p: d.generalized_log_density(x[:2], p[::2], p[1::2]), pair
    )
    np.testing.assert_allclose(ours, expected, rtol=1e-7)


def test_solve_is_linear_time_and_exact():
    """K = 300 against a dense solve; a million coordinates without a matrix."""
    rng = np.random.default_rng(1)
    alpha, u = rng.uniform(0.1, 20, 300), rng.normal(size=300)
    dense = np.linalg.solve(d.fisher(alpha), u)
    np.testing.assert_allclose(d.fisher_solve(alpha, u), dense, rtol=1e-10)
    assert np.isfinite(d.fisher_solve(np.full(10**6, 4.0), np.ones(10**6))).all()


@pytest.mark.parametrize(
    "a, K, factor",
    [(12, 1000, 24.4), (8, 1000, 16.4), (1.4, 1000, 3.30), (0.5, 1000, 1.68)],
)
def test_diagonal_form_is_off_by_a_factor(a, K, factor):
    """Along 1 the exact inverse is 1.7 to 24 times the diagonal one."""
    assert d.diagonal_error(np.full(K, a)) == pytest.approx(factor, rel=0.01)


def test_kl_approaches_the_quadratic_form():
    """KL / (½ δᵀFδ) = 0.9725, 0.99714, 0.99971 for δ of 0.1, 0.01, 0.001."""
    for h, ratio in ((1e-1, 0.9725), (1e-2, 0.99714), (1e-3, 0.99971)):
        delta = h * np.array([1, -0.5, 0.3, 0.8])
        form = delta @ d.fisher(ALPHA) @ delta / 2
        assert d.kl(ALPHA, ALPHA + delta) / form == pytest.approx(ratio, abs=6e-5)


def test_generalized_density_integrates_to_one():
    """Quadrature over the triangle; the printed last exponent would give 0.2912."""
    alpha, beta = np.array([1.4, 2.5]), np.array([3.2, 1.8])

    def density(y, x):
        return np.exp(d.generalized_log_density([x, y], alpha, beta))

    near = {"epsabs": 1e-5, "epsrel": 1e-5}
    total, _ = integrate.dblquad(density, 0, 1, 0, lambda x: 1 - x, **near)
    assert total == pytest.approx(1, abs=1e-4)

    def printed(y, x):
        return density(y, x) * (1 - x - y)

    other, _ = integrate.dblquad(printed, 0, 1, 0, lambda x: 1 - x, **near)
    assert other == pytest.approx(0.2912, abs=1e-4)


def test_generalized_blocks():
    """Golden block and inverse at (2, 3); pulled back they are the Dirichlet matrix."""
    np.testing.assert_allclose(
        d.generalized_fisher([2], [3])[0],
        [[0.42361111, -0.22132296], [-0.22132296, 0.17361111]],
        rtol=1e-7,
    )
    inverse = np.array([d.generalized_fisher_solve([2], [3], u) for u in np.eye(2)])
    np.testing.assert_allclose(
        inverse, [[7.06892973, 9.01161459], [9.01161459, 17.24818853]], rtol=1e-7
    )
    # β_i = Σ_{j>i} α_j makes the generalized law the ordinary one.
    beta = ALPHA[::-1].cumsum()[::-1][1:]
    J = np.zeros((6, 4))
    for i in range(3):
        J[2 * i, i] = 1
        J[2 * i + 1, i + 1 :] = 1
    blocks = d.generalized_fisher(ALPHA[:3], beta)
    F = np.zeros((6, 6))
    for i, block in enumerate(blocks):
        F[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    np.testing.assert_allclose(J.T @ F @ J, d.fisher(ALPHA), atol=1e-14)


def test_generalized_samples_have_their_scores():
    """100 000 draws: mean score 0 within five standard errors."""
    alpha, beta = np.array([1.4, 2.5]), np.array([3.2, 1.8])
    x = d.generalized_sample(alpha, beta, 100_000, np.random.default_rng(2))
    s = d.generalized_score(x, alpha, beta)
    assert (abs(s.mean(axis=0)) < 5 * s.std(axis=0) / 316).all()


def test_maximum_likelihood():
    """5000 draws of (2, 3, 4): gradient below 1e-8 and α within five per cent."""
    x = d.sample([2.0, 3, 4], 5000, np.random.default_rng(3))
    fit = d.maximum_likelihood(x)
    assert fit.gradient_norm < 1e-8 and fit.steps < 30
    np.testing.assert_allclose(fit.alpha, [2, 3, 4], rtol=0.05)
    better = d.log_density(x, fit.alpha).sum()
    for other in (fit.alpha * 1.01, fit.alpha + np.array([0.05, 0, 0])):
        assert d.log_density(x, other).sum() < better


def test_one_observation_has_no_maximum():
    """The likelihood grows as the law contracts onto the point; refused."""
    z = np.array([0.2, 0.3, 0.5])
    values = [float(d.log_density(z, k * z)) for k in (10, 100, 1000, 10_000)]
    assert (np.diff(values) > 1).all()
    with pytest.raises(ValueError, match="one observation"):
        d.maximum_likelihood([z, z])


def test_natural_step_is_the_exact_one_within_noise():
    """E = c·z, c = (1, −1, ½), α = (2, 3, 4): F⁻¹∇ = (0.14076, −0.33282, 0.12410)."""
    alpha, c = np.array([2.0, 3, 4]), np.array([1, -1, 0.5])
    new = d.natural_step(alpha, lambda z: z @ c, 1.0, 400_000, np.random.default_rng(4))
    np.testing.assert_allclose(alpha - new, [0.14076, -0.33282, 0.12410], atol=5e-3)
    mean = alpha / alpha.sum()
    assert new / new.sum() @ c < mean @ c


@pytest.mark.parametrize("n", [1, 2, 5, 50])
def test_ball_and_simplex(n):
    """Round trips to 1e-13; centre to centre, sphere to the boundary."""
    rng = np.random.default_rng(n)
    centre, radius = rng.normal(size=n), 2.5
    for _ in range(20):
        y = rng.normal(size=n)
        x = centre + radius * rng.random() * y / np.linalg.norm(y)
        z = d.ball_to_simplex(x, centre, radius)
        assert z.sum() == pytest.approx(1) and (z > 0).all()
        np.testing.assert_allclose(d.simplex_to_ball(z, centre, radius), x, atol=1e-12)
    np.testing.assert_allclose(d.ball_to_simplex(centre, centre, radius), 1 / (n + 1))
    edge = d.ball_to_simplex(centre + radius * y / np.linalg.norm(y), centre, radius)
    assert abs(edge.min()) < 1e-12
    assert (
        d.simplex_to_ball(np.full(n + 1, 1 / (n + 1)), centre, radius) == centre
    ).all()


def test_goodness_of_fit_tests_hold_their_level_and_see_a_difference():
    """N = 40: few rejections of the true law, many of half its parameters."""
    alpha = np.array([2.0, 3, 4])
    settings = {"reference": 60, "replicates": 49}
    for test, power in ((d.energy_test, 2), (d.triangle_test, 9)):
        rng = np.random.default_rng(5)
        p = [
            [
                test(d.sample(law, 40, rng), alpha, rng, **settings).p_value
                for _ in range(10)
            ]
            for law in (alpha, alpha / 2)
        ]
        assert sum(value <= 0.05 for value in p[0]) <= 3
        assert sum(value <= 0.05 for value in p[1]) >= power


# NGDM -------------------------------------------------------------------------------


def run(rule, kind="numpy-float64", steps=40, n=7):
    rng = np.random.default_rng(0)
    theta = make(kind, rng.normal(size=n))
    curvature = make(kind, rng.uniform(0.5, 3, n))
    state = rule.init(theta)
    for _ in range(steps):
        theta, state = rule.update(theta, curvature * theta, state)
    return theta


def test_equal_parameters_are_momentum_at_another_rate():
    """α = 7.4 everywhere: the path of Nesterov's momentum at rate η/ψ′(7.4)."""
    ours = run(NGDM(0.004, alpha=7.4, weight_decay=0.01))
    rate = 0.004 / float(d.trigamma(7.4))
    theirs = run(Momentum(rate, nesterov=True, weight_decay=0.01))
    np.testing.assert_allclose(ours, theirs, rtol=1e-13)
    assert rate == pytest.approx(0.02765, abs=5e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "mode", ["dir_diag", "dir_full", "gdir_diag", "gdir_block", "identity"]
)
def test_modes_solve_their_own_matrix(mode, kind):
    """F⁻¹u equals a dense solve of the mode's matrix, for every array kind."""
    rng = np.random.default_rng(1)
    alpha, beta, u = rng.uniform(3, 8, 6), rng.uniform(3, 8, 6), rng.normal(size=6)
    rule = NGDM(0.1, alpha=alpha, beta=beta, mode=mode)
    F = np.eye(6)
    if mode.startswith("dir"):
        F = d.fisher(alpha)
    elif mode.startswith("gdir"):
        F = np.zeros((6, 6))
        for i, block in enumerate(d.generalized_fisher(alpha[::2], beta[::2])):
            F[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    if mode == "dir_diag":
        F = np.diag(d.trigamma(alpha))
    if mode == "gdir_diag":
        F = np.diag(
            np.stack([d.trigamma(alpha[::2]), d.trigamma(beta[::2])], 1).ravel()
        )
    metric = rule.init(make(kind, u)).metric
    solved = rule._solve(make(kind, u), metric)
    assert_close(solved, np.linalg.solve(F, u), 1e-11 if "64" in kind else 2e-5)


def test_odd_numbers_of_weights_get_a_dummy():
    """Seven weights in pairs: finite, of length seven, the first six as without it."""
    rng = np.random.default_rng(2)
    u = rng.normal(size=7)
    rule = NGDM(0.1, alpha=4.0, beta=5.0, mode="gdir_block")
    seven = rule._solve(u, rule.init(u).metric)
    six = rule._solve(u[:6], rule.init(u[:6]).metric)
    assert seven.shape == (7,)
    np.testing.assert_allclose(seven[:6], six)


def test_one_weight_has_a_diagonal_form_only():
    """F of one share is 0: the diagonal form works, the exact one is refused."""
    rule, theta = NGDM(0.1, alpha=7.4), np.ones(1)
    new, _ = rule.update(theta, theta, rule.init(theta))
    np.testing.assert_allclose(1 - new, 0.19 / d.trigamma(7.4))
    with pytest.raises(ValueError, match="at least two weights"):
        NGDM(0.1, alpha=7.4, mode="dir_full").init(theta)


def test_readings_of_the_index():
    """By array, modulo ten, clipped; as printed it leaves the law and is refused."""
    tensor = alpha_rule(7.4, -0.02, 6, "tensor", [(0, 4), (4, 6)])
    np.testing.assert_allclose(tensor, [7.38] * 4 + [7.36] * 2)
    wrapped = alpha_rule(7.4, -0.02, 1000, "wrapped")
    assert wrapped.min() == pytest.approx(7.2) and len(set(wrapped)) == 10
    assert alpha_rule(7.4, -0.02, 1000, "clipped").min() == 1.0
    assert alpha_rule(1.4, 0.005, 1000, "literal").max() == pytest.approx(6.4)
    with pytest.raises(ValueError, match=r"slope: alpha becomes .* at weight 370"):
        alpha_rule(7.4, -0.02, 1000, "literal")
    with pytest.raises(ValueError, match="reading"):
        alpha_rule(7.4, -0.02, 10, "per layer")


def test_refusals():
    """Bad parameters, shapes and modes, by name."""
    with pytest.raises(ValueError, match="alpha: expected positive"):
        d.fisher([1.0, 0.0])
    with pytest.raises(ValueError, match="u: expected shape"):
        d.fisher_solve(ALPHA, np.ones(3))
    with pytest.raises(ValueError, match="beta: expected the shape"):
        d.generalized_fisher([1.0, 2], [1.0])
    with pytest.raises(ValueError, match="radius"):
        d.ball_to_simplex([0.0], [0.0], 0.0)
    with pytest.raises(ValueError, match="inside the ball"):
        d.ball_to_simplex([2.0], [0.0], 1.0)
    with pytest.raises(ValueError, match="inside the simplex"):
        d.maximum_likelihood([[0.5, 0.6]])
    with pytest.raises(ValueError, match="mode"):
        NGDM(0.1, mode="exact")
    with pytest.raises(ValueError, match="beta"):
        NGDM(0.1, mode="gdir_diag")
    with pytest.raises(ValueError, match="alpha"):
        NGDM(0.1, alpha=-1.0)
