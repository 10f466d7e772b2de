"""Every curvature method on every problem it accepts, and their identities."""

import tracemalloc

import numpy as np
import pytest
from scipy import optimize

from course_lib.activations import logistic, relu, tanh
from course_lib.datasets import digits, plane_problem, plane_start
from course_lib.layers import Activation, Dense
from course_lib.losses import BinaryCrossEntropy, CrossEntropy, SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import (
    ExplicitJacobian,
    Function,
    LeastSquares,
    NetworkObjective,
)
from course_lib.optim import Adam, GradientDescent, Quickprop, Rprop
from course_lib.optim.as_printed import bfgs_as_printed
from course_lib.optim.bfgs import BFGS, LBFGS, hessian_update, inverse_update
from course_lib.optim.conjugate_gradient import ConjugateGradient
from course_lib.optim.levenberg_marquardt import LevenbergMarquardt, explain, routes
from course_lib.optim.line_search import Point, armijo, ray, strong_wolfe
from course_lib.optim.method import Status
from course_lib.optim.natural_gradient import NaturalGradient
from course_lib.optim.newton import Newton
from course_lib.training import minimize
from tests.course_lib.array_kinds import KINDS, assert_close, make
from tests.course_lib.problems import (
    LEAST_SQUARES,
    least_squares,
    logistic_regression,
    quadratic,
)

GRADIENT_METHODS = {
    "BFGS": BFGS(),
    "L-BFGS": LBFGS(),
    "CG, Polak-Ribière": ConjugateGradient(),
    "CG, Fletcher-Reeves": ConjugateGradient("fletcher-reeves"),
}
# Too badly scaled for methods that see gradients only, or (Osborne) with several
# stationary points on their way.
ONLY_LEAST_SQUARES = {"meyer", "osborne 1", "quadratic 1e6"}


def hidden(x):
    """A problem as a plain function, its residual unknown to the method."""
    return Function(x.value, lambda th: x.value_and_gradient(th)[1])


@pytest.mark.parametrize("name", set(LEAST_SQUARES) - ONLY_LEAST_SQUARES)
@pytest.mark.parametrize("method", GRADIENT_METHODS)
def test_gradient_methods_reach_the_minimum(name, method):
    """The known value within 1e-6 of it (or 1e-10), reported as reached."""
    problem = LEAST_SQUARES[name]
    target = problem.minimum * (1 + 1e-6) + 1e-10
    run = minimize(
        hidden(problem.objective),
        problem.start,
        GRADIENT_METHODS[method],
        iterations=6000,
        target=target,
    )
    assert run.status is Status.TARGET, run
    assert run.value <= target


@pytest.mark.parametrize("scaling", ["identity", "marquardt"])
@pytest.mark.parametrize(
    "schedule, name",
    [
        (schedule, name)
        for schedule in ("multiply", "nielsen", "trust-region")
        for name in LEAST_SQUARES
        if (schedule, name) != ("multiply", "meyer")  # too coarse for its valley
    ],
)
def test_levenberg_marquardt_reaches_the_minimum(name, scaling, schedule):
    """All problems with every schedule and scaling but Meyer's with λ · 10."""
    problem = LEAST_SQUARES[name]
    target = problem.minimum * (1 + 1e-6) + 1e-12
    method = LevenbergMarquardt(
        scaling=scaling, schedule=schedule, solve="primal", attempts=30
    )
    run = minimize(
        problem.objective, problem.start, method, iterations=400, target=target
    )
    assert run.status is Status.TARGET, run


@pytest.mark.parametrize("name", set(LEAST_SQUARES) - {"underdetermined fit"})
def test_levenberg_marquardt_against_minpack(name):
    """With a trust region at most 1.5 times MINPACK's residual evaluations."""
    problem = LEAST_SQUARES[name]
    theirs = optimize.least_squares(
        problem.objective.residual,
        problem.start,
        jac=problem.objective.jacobian,
        method="lm",
        xtol=1e-10,
        ftol=1e-10,
        gtol=1e-10,
    )
    run = minimize(
        problem.objective,
        problem.start,
        LevenbergMarquardt(schedule="trust-region", solve="primal", attempts=30),
        iterations=400,
        target=problem.minimum * (1 + 1e-6) + 1e-12,
    )
    assert theirs.cost == pytest.approx(problem.minimum, rel=1e-5, abs=1e-8)
    linearizations = run.iterations
    evaluations = run.history.evaluations[-1] - linearizations
    assert evaluations <= 1.5 * theirs.nfev + 1  # our count has the start


def test_logistic_regression_is_scikit_learns():
    """Newton, BFGS and CG find scikit-learn's weights to 1e-5."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    problem = logistic_regression()
    rng = np.random.default_rng(2)
    x = rng.normal(size=(60, 3))
    p = 1 / (1 + np.exp(-x @ [[1.0], [-2], [0.5]]))
    t = rng.random((60, 1)) < p
    model = linear_model.LogisticRegression(
        C=1 / (60 * 1e-3), fit_intercept=False, tol=1e-10, max_iter=1000
    )
    w = model.fit(x, t[:, 0]).coef_[0]
    for method in (Newton(), BFGS(), LBFGS(), ConjugateGradient()):
        run = minimize(
            problem.objective, problem.start, method, gradient_tolerance=1e-9
        )
        assert run.status is Status.CONVERGED
        assert run.value == pytest.approx(problem.minimum, abs=1e-9)
        np.testing.assert_allclose(run.theta, w, atol=1e-5)


# Line searches ----------------------------------------------------------------------


@pytest.mark.parametrize("first", [1e-6, 1e-2, 1.0, 1e4])
@pytest.mark.parametrize("c2", [0.1, 0.9])
def test_strong_wolfe_conditions_hold(first, c2):
    """From ten starts and four first steps, both conditions hold at the step found."""
    objective = LEAST_SQUARES["rosenbrock 2"].objective
    for seed in range(10):
        theta = np.random.default_rng(seed).uniform(-2, 2, 2)
        p = -objective.value_and_gradient(theta)[1]
        at = ray(objective, theta, p)
        start = at(0.0)
        found, _ = strong_wolfe(at, start, first, c2=c2)
        assert found.value <= start.value + 1e-4 * found.step * start.slope
        assert abs(found.slope) <= c2 * abs(start.slope)


def test_armijo_halves_until_enough():
    """E = θ²/2 from 1, first step 8: 8, 4, 2 overshoot or stay level, 1 is taken."""
    objective = Function(lambda th: th @ th / 2, lambda th: th)
    at = ray(objective, np.ones(1), -np.ones(1))
    found, tries = armijo(at, at(0.0), 8.0)
    assert (found.step, tries) == (1.0, 4)


def test_no_descent_is_a_status():
    """A gradient of the wrong sign: no step lowers the value, θ stays."""
    wrong = Function(lambda th: th @ th / 2, lambda th: -th)
    run = minimize(wrong, np.ones(3), BFGS(), iterations=5)
    assert run.status is Status.NO_DESCENT and (run.theta == 1).all()


# Conjugate gradients and BFGS -------------------------------------------------------


def spd(n=10, condition=1e3):
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return Q @ np.diag(np.geomspace(1, condition, n)) @ Q.T


@pytest.mark.parametrize("formula", ["polak-ribiere", "fletcher-reeves"])
def test_n_steps_on_a_quadratic(formula):
    """With (almost) exact searches ten variables take ten steps, conjugate ones."""
    H = spd()
    objective = Function(lambda th: th @ H @ th / 2, lambda th: H @ th)
    method = ConjugateGradient(formula, c2=1e-8)
    theta, state, path = np.ones(10), method.init(np.ones(10)), []
    for _ in range(10):
        new, state, _ = method.step(theta, objective, state)
        path.append(new - theta)
        theta = new
    # rounding of the value limits how exact a search can be
    assert objective.value(theta) < 1e-4 * objective.value(np.ones(10))
    a, b = path[0], path[1]
    scale = np.sqrt((a @ H @ a) * (b @ H @ b))
    assert abs(a @ H @ b) < 1e-6 * scale  # conjugate
    assert abs(a @ b) > 1e-2 * np.linalg.norm(a) * np.linalg.norm(b)  # not orthogonal


def test_what_the_slide_adds_spoils_the_n_steps():
    """Orthogonal directions, E(ΔW), momentum or decay in the step: not in 30 steps.

    The decay belongs into g: then E + ½ρ‖θ‖² is one more quadratic, and ten steps do.
    """
    H, b = spd(condition=100.0), np.random.default_rng(0).normal(size=10)
    rho = 1.0
    H = H + rho * np.eye(10)  # with the decay in E; `late` adds it after the search
    best = np.linalg.solve(H, b)

    def left(steps, orthogonal=False, mu=0.0, step_only=False, late=0.0):
        theta = moved = np.zeros(10)
        theta = theta + 1.0
        E2 = H - late * np.eye(10)
        g = E2 @ theta - b
        p, first = -g, (theta - best) @ H @ (theta - best)
        for _ in range(steps):
            slope = -b @ p if step_only else g @ p
            eta = -slope / (p @ E2 @ p)
            moved = eta * (p - late * theta) + mu * moved
            theta = theta + moved
            new = E2 @ theta - b
            beta = new @ p / (p @ p) if orthogonal else new @ new / (g @ g)
            p, g = -new + beta * p, new
        return (theta - best) @ H @ (theta - best) / first

    assert left(10) < 1e-10
    assert left(30, orthogonal=True) > 1e-4
    assert left(30, mu=0.1) > 1e-4 and left(30, mu=0.5) > 1e-2
    assert left(30, step_only=True) > 1e-2
    assert left(30, late=rho) > 1e-5


def test_restart_forgets_the_old_direction():
    """With a restart after every step each direction is -g; else β p is added."""
    H = spd()
    objective = Function(lambda th: th @ H @ th / 2, lambda th: H @ th)
    for restart, same in ((1, True), (2, False)):
        method, theta = ConjugateGradient(restart=restart), np.ones(10)
        state = method.init(theta)
        for _ in range(2):
            g = objective.value_and_gradient(theta)[1]
            new, state, _ = method.step(theta, objective, state)
            s, theta = new - theta, new
        cosine = -(s @ g) / np.linalg.norm(s) / np.linalg.norm(g)
        assert (cosine > 1 - 1e-9) == same


def test_polak_ribiere_leaves_a_bad_direction_fletcher_reeves_does_not():
    """Without restarts, seventh start: E = 0.0025 in 100 steps, or not in 300."""
    data, net = plane()
    objective = NetworkObjective(net, data.x_train, data.t_train)
    for formula, steps, reached in (
        ("polak-ribiere", 100, True),
        ("fletcher-reeves", 300, False),
    ):
        method = ConjugateGradient(formula, restart=10_000)
        run = minimize(
            objective, plane_start(6), method, target=0.0025, iterations=steps
        )
        assert (run.status is Status.TARGET) == reached


def test_conjugate_gradients_read_digits():
    """Sixty steps on 1200 small images: nine of ten others are read right."""
    images, labels = digits()
    x, rng = images.reshape(-1, 64), np.random.default_rng(0)
    net = Sequential([Dense(64, 16), Activation(tanh), Dense(16, 10)])
    objective = NetworkObjective(net, x[:1200], labels[:1200], CrossEntropy())
    run = minimize(objective, net.init(rng), ConjugateGradient(), iterations=60)
    right = net.predict(run.theta, x[1200:]).argmax(axis=1) == labels[1200:]
    assert right.mean() > 0.88


def test_bfgs_updates_satisfy_the_secant_equation():
    """V₊y = s and B₊s = y to rounding, inverse of each other; the slide's neither."""
    H, rng = spd(), np.random.default_rng(3)
    s = rng.normal(size=10)
    y, start = H @ s, spd(condition=5.0)
    V, B = inverse_update(start, s, y), hessian_update(np.linalg.inv(start), s, y)
    assert np.linalg.norm(V @ y - s) < 1e-12 * np.linalg.norm(s) * 1e3
    assert np.linalg.norm(B @ s - y) < 1e-12 * np.linalg.norm(y) * 1e3
    np.testing.assert_allclose(V @ B, np.eye(10), atol=1e-8)
    np.testing.assert_allclose(V, V.T, atol=1e-12)
    assert np.linalg.eigvalsh(V).min() > 0
    printed = bfgs_as_printed(start, s, y)
    assert np.linalg.norm(printed @ s - y) > np.linalg.norm(y)
    assert np.linalg.norm(printed @ y - s) > np.linalg.norm(s)


def test_printed_update_errs_in_length_and_the_sign_of_s_matters():
    """As a Hessian V₊s = r (r·s)/(s·s); with s = -ΔW the right denominator flips."""
    H, rng = spd(), np.random.default_rng(3)
    s = rng.normal(size=10)
    r, V = H @ s, spd(condition=5.0)
    expected = r * (r @ s) / (s @ s)
    np.testing.assert_allclose(bfgs_as_printed(V, s, r) @ s, expected, rtol=1e-9)
    printed = [bfgs_as_printed(V, sign * s, r) for sign in (1, -1)]
    np.testing.assert_array_equal(*printed)  # s sᵀ: the sign cancels
    right = [hessian_update(V, sign * s, r) for sign in (1, -1)]
    assert np.linalg.eigvalsh(right[0])[0] > 0 > np.linalg.eigvalsh(right[1])[0]


def test_bfgs_starts_from_a_scaled_identity():
    """Down the gradient first; then V₀ = (y·s / y·y) I, updated with the pair."""
    objective, theta = LEAST_SQUARES["rosenbrock 2"].objective, np.array([-1.2, 1.0])
    g = objective.value_and_gradient(theta)[1]
    new, state, _ = BFGS().step(theta, objective, BFGS().init(theta))
    s, y = new - theta, objective.value_and_gradient(new)[1] - g
    assert -(s @ g) == pytest.approx(np.linalg.norm(s) * np.linalg.norm(g))
    V = inverse_update((y @ s) / (y @ y) * np.eye(2), s, y)
    np.testing.assert_allclose(state.V, V, rtol=1e-12)


def test_printed_update_as_an_inverse_fails_on_the_plane_problem():
    """Two hundred steps do not reach what the right update reaches in forty."""
    data, net = plane()
    objective = NetworkObjective(net, data.x_train, data.t_train)
    theta = plane_start(0)
    E, g = objective.value_and_gradient(theta)
    V = np.eye(149)
    for _ in range(200):
        p = -V @ g
        found, _ = strong_wolfe(
            ray(objective, theta, p), Point(0.0, theta, E, g @ p, g)
        )
        if found is None:
            break
        V = bfgs_as_printed(V, found.theta - theta, found.gradient - g)
        theta, E, g = found.theta, found.value, found.gradient
    assert E > 0.025
    run = minimize(objective, plane_start(0), BFGS(), target=0.025, iterations=40)
    assert run.status is Status.TARGET


def test_printed_update_as_a_hessian_is_slow_on_the_plane_problem():
    """B p = -g with a search: it arrives, after 3 to 10 times the right one's steps."""
    data, net = plane()
    objective = NetworkObjective(net, data.x_train, data.t_train)
    theta, B = plane_start(1), np.eye(149)
    (E, g), steps = objective.value_and_gradient(theta), 0
    while E > 0.025 and steps < 300:
        p, steps = np.linalg.solve(B, -g), steps + 1
        if g @ p >= 0:
            B, p = np.eye(149), -g
        found, _ = armijo(ray(objective, theta, p), Point(0.0, theta, E, g @ p, g))
        B = bfgs_as_printed(B, found.theta - theta, found.gradient - g)
        theta, E, g = found.theta, found.value, found.gradient
    right = minimize(objective, plane_start(1), BFGS(), target=0.025).iterations
    assert 3 * right < steps < 10 * right


def test_newtons_digits_double():
    """x⁴/4 - x²/2 from 2: errors 0.45, 0.15, 0.025, 0.0009, 1e-6, as by hand."""
    well = Function(
        lambda th: float(th[0] ** 4 / 4 - th[0] ** 2 / 2),
        lambda th: th**3 - th,
        lambda th: np.diag(3 * th**2 - 1),
    )
    theta, errors = np.array([2.0]), []
    for _ in range(5):
        theta, _, _ = Newton(shift=False).step(theta, well, Newton().init(theta))
        errors.append(theta[0] - 1)
    np.testing.assert_allclose(
        errors, [0.4545, 0.1510, 0.0253, 0.0009, 1.2e-6], rtol=0.03
    )


def test_bfgs_reaches_a_quadratic_in_n_steps():
    """Exact searches: the minimum of ten variables after ten steps, and V = H⁻¹."""
    H = spd(condition=50.0)
    objective = Function(lambda th: th @ H @ th / 2, lambda th: H @ th)
    method = BFGS(c2=1e-3)
    theta, state = np.ones(10), method.init(np.ones(10))
    for _ in range(11):
        theta, state, _ = method.step(theta, objective, state)
    assert objective.value(theta) < 1e-10
    assert np.linalg.norm(state.V @ H - np.eye(10)) < 0.2


def test_lbfgs_with_a_long_memory_is_bfgs():
    """As long as nothing is forgotten, both take the same path."""
    problem = LEAST_SQUARES["rosenbrock 2"]
    ends = [
        minimize(hidden(problem.objective), problem.start, method, iterations=12)
        for method in (BFGS(), LBFGS(memory=50))
    ]
    # L-BFGS rescales its start at every step, BFGS once: equal until then only.
    assert ends[0].history.value[:3] == pytest.approx(ends[1].history.value[:3])
    assert max(run.value for run in ends) < 4


def test_newton_is_led_astray_by_a_saddle():
    """x² − y²: the plain step lands on the saddle, the shifted one goes down."""
    H = np.diag([2.0, -2.0])
    saddle = Function(lambda th: th @ H @ th / 2, lambda th: H @ th, lambda th: H)
    theta = np.array([1.0, 0.1])
    plain, _, _ = Newton(shift=False).step(theta, saddle, Newton().init(theta))
    shifted, _, info = Newton().step(theta, saddle, Newton().init(theta))
    assert np.allclose(plain, 0) and info.damping > 2
    assert saddle.value(shifted) < saddle.value(theta)
    assert abs(shifted[1]) > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_newton_with_a_singular_hessian_is_a_status(kind):
    """x² + 0 y²: the plain step has no equation to solve; the shifted one descends."""
    H = make(kind, np.diag([2.0, 0.0]))
    flat = Function(lambda th: th @ (H @ th) / 2, lambda th: H @ th, lambda th: H)
    theta = make(kind, np.ones(2))
    same, _, info = Newton(shift=False).step(theta, flat, Newton().init(theta))
    assert info.status is Status.SINGULAR and same is theta
    moved, _, info = Newton().step(theta, flat, Newton().init(theta))
    assert not info.status.failed and float(flat.value(moved)) < 1e-6


# Levenberg-Marquardt ----------------------------------------------------------------


def small(outputs=2, loss=None):
    rng = np.random.default_rng(0)
    net = Sequential([Dense(3, 6), Activation(tanh), Dense(6, outputs)])
    x, t = rng.normal(size=(7, 3)), rng.random((7, outputs))
    t /= t.sum(axis=1, keepdims=True)
    objective = NetworkObjective(net, x, t, loss or SquaredError("sum"))
    return objective, net.init(rng)


LOSSES = [
    SquaredError("sum"),
    SquaredError("mean"),
    CrossEntropy("sum"),
    CrossEntropy("mean"),
    BinaryCrossEntropy("mean"),
]


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_linearization_is_consistent(loss):
    """g = Jᵀu; products, normal and Gram from factors equal those of the full J."""
    objective, theta = small(loss=loss)
    lin, g = objective.linearize(theta), objective.value_and_gradient(theta)[1]
    J = lin.jacobian()
    rng = np.random.default_rng(1)
    v, u = rng.normal(size=J.shape[1]), rng.normal(size=J.shape[0])
    for ours, theirs in (
        (lin.vjp(lin.r), g),
        (lin.jvp(v), J @ v),
        (lin.vjp(u), J.T @ u),
        (lin.gram(), J @ J.T),
        (lin.normal(), J.T @ J),
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)
    assert float(lin.value) == pytest.approx(float(objective.value(theta)))
    assert lin.size == J.shape


def test_gauss_newton_is_the_hessian_of_a_linear_model():
    """One layer with softmax cross-entropy: JᵀJ is the exact Hessian."""
    from course_lib.differentiation import numerical_jacobian

    rng = np.random.default_rng(0)
    net = Sequential([Dense(3, 4)])
    objective = NetworkObjective(
        net, rng.normal(size=(6, 3)), rng.integers(0, 4, 6), CrossEntropy()
    )
    theta = net.init(rng)
    H = numerical_jacobian(lambda th: objective.value_and_gradient(th)[1], theta)
    np.testing.assert_allclose(objective.linearize(theta).normal(), H, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_all_routes_take_the_same_step(kind, decay):
    """Primal, dual and matrix-free steps agree, for every kind of array."""
    objective, theta = small()
    net, x, t = objective.network, make(kind, objective.x), make(kind, objective.t)
    moved = NetworkObjective(net, x, t, SquaredError("sum"))
    expected = None
    for route in ("primal", "dual", "matrix-free"):
        method = LevenbergMarquardt(solve=route, damping=0.2, weight_decay=decay)
        system = method.system(moved.linearize(make(kind, theta)), make(kind, theta))
        p = system.step(0.2)
        expected = p if expected is None else expected
        assert_close(p, expected, 1e-7 if kind.endswith("64") else 2e-3)


def test_dual_equals_primal_with_marquardts_scaling():
    """J D⁻¹ Jᵀ gives the step of JᵀJ + λ diag(JᵀJ)."""
    objective, theta = small()
    lin = objective.linearize(theta)
    steps = [
        LevenbergMarquardt(solve=route, scaling="marquardt")
        .system(lin, theta)
        .step(0.1)
        for route in ("primal", "dual")
    ]
    np.testing.assert_allclose(steps[0], steps[1], rtol=1e-9)


def test_damping_is_no_part_of_the_hessian():
    """Where the residual is zero the Hessian is JᵀJ; with μ added it is off by μ."""
    from course_lib.differentiation import numerical_jacobian

    x = LEAST_SQUARES["rosenbrock 2"].objective
    H = numerical_jacobian(lambda th: x.value_and_gradient(th)[1], np.ones(2))
    J = x.jacobian(np.ones(2))
    np.testing.assert_allclose(J.T @ J, H, atol=1e-5)
    assert np.linalg.norm(J.T @ J + 0.5 * np.eye(2) - H, 2) == pytest.approx(0.5, 1e-3)


def test_step_between_gauss_newton_and_gradient():
    """λ → 0: the least-squares solution; λ → ∞: −g/λ."""
    objective, theta = small()
    lin = objective.linearize(theta)
    J, r = lin.jacobian(), lin.r
    system = LevenbergMarquardt(solve="dual").system(lin, theta)
    newton = np.linalg.lstsq(J, -r, rcond=None)[0]
    np.testing.assert_allclose(system.step(1e-12), newton, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(1e9 * system.step(1e9), -J.T @ r, rtol=1e-6)


def test_hand_made_step_of_the_paper():
    """One logistic neuron, x = 1, target 1, w = b = 0, λ = 1/8: step (½, ½)."""
    net = Sequential([Dense(1, 1), Activation(logistic)])
    objective = NetworkObjective(
        net, np.ones((1, 1)), np.ones((1, 1)), SquaredError("sum")
    )
    lin = objective.linearize(np.zeros(2))
    np.testing.assert_allclose(lin.jacobian(), [[0.25, 0.25]])
    p = LevenbergMarquardt(solve="primal").system(lin, np.zeros(2)).step(1 / 8)
    np.testing.assert_allclose(p, [0.5, 0.5])
    assert net.predict(p, np.ones((1, 1)))[0, 0] == pytest.approx(0.731059, abs=5e-7)


@pytest.mark.parametrize("route", ["primal", "dual"])
def test_trust_region_has_its_radius(route):
    """‖p‖ is within a tenth of Δ wherever the full step is longer."""
    objective, theta = small()
    lin = objective.linearize(theta)
    method = LevenbergMarquardt(solve=route, schedule="trust-region")
    system = method.system(lin, theta)
    for radius in (1e-3, 0.1, 0.5):
        lam = system.damping_of(method.init(theta)._replace(radius=radius))
        assert np.linalg.norm(system.step(lam)) == pytest.approx(radius, rel=0.101)


def test_marquardts_scaling_ignores_units():
    """Measured in other units, every parameter takes the same step."""
    problem = LEAST_SQUARES["kowalik osborne"]
    units = np.array([1e-3, 1e4, 10.0, 0.2])

    def scaled(z):
        return problem.objective.residual(z * units)

    method = LevenbergMarquardt(scaling="marquardt", solve="primal")
    a, b = problem.start, problem.start / units
    a, _, _ = method.step(a, problem.objective, method.init(a))
    b, _, _ = method.step(b, least_squares(scaled), method.init(b))
    np.testing.assert_allclose(b * units, a, rtol=1e-8)


def test_dead_weights_do_not_make_it_singular():
    """A hidden unit that is always off has zero columns: both scalings still step."""
    net = Sequential([Dense(2, 3), Activation(relu), Dense(3, 1)])
    theta = net.init(np.random.default_rng(0))
    theta[0:2], theta[6] = -1.0, -10.0  # unit 0 is off for all x in [0, 1]²
    rng = np.random.default_rng(1)
    objective = NetworkObjective(
        net, rng.random((20, 2)), rng.random((20, 1)), SquaredError("sum")
    )
    assert (objective.linearize(theta).jacobian()[:, 0] == 0).all()
    for scaling in ("identity", "marquardt"):
        method = LevenbergMarquardt(scaling=scaling)
        _, _, info = method.step(theta, objective, method.init(theta))
        assert info.status is Status.RUNNING
        assert info.value < float(objective.value(theta))


def test_saturated_weight_does_not_exhaust_marquardts_damping():
    """A weight with D = 1e-112: once its steps failed at any λ, now the rest moves."""
    slopes = np.array([1.0, 1e-56])

    def residual(theta):
        return np.array([theta[0] - 1, np.exp(min(abs(theta[1]), 500)) - 2])

    objective = LeastSquares(residual, lambda theta: np.diag(slopes))
    for solve in ("primal", "dual"):
        method = LevenbergMarquardt(scaling="marquardt", solve=solve, attempts=40)
        _, _, info = method.step(np.zeros(2), objective, method.init(np.zeros(2)))
        assert info.status is Status.RUNNING
        assert info.value < objective.value(np.zeros(2))


def test_wrong_jacobian_exhausts_the_damping():
    """A Jacobian of the wrong sign never lowers the value; θ is the start."""
    good = LEAST_SQUARES["beale"].objective
    bad = type(good)(good.residual, lambda th: -good.jacobian(th))
    run = minimize(bad, np.ones(2), LevenbergMarquardt(attempts=40), iterations=50)
    assert run.status is Status.DAMPING_EXHAUSTED
    assert (run.theta == 1).all() and "gradient" in str(run.status)


def test_routes_are_counted_and_bounded():
    """More rows than parameters: primal; fewer: dual; no memory: matrix-free."""

    def first(N, hidden_units, **limits):
        net = Sequential(
            [Dense(20, hidden_units), Activation(tanh), Dense(hidden_units, 1)]
        )
        rng = np.random.default_rng(0)
        objective = NetworkObjective(net, rng.normal(size=(N, 20)), rng.random((N, 1)))
        lin = objective.linearize(net.init(rng))
        return routes(lin, **limits)[0].name, explain(lin)

    assert first(2000, 2)[0] == "primal"
    assert first(30, 50)[0] == "dual"
    assert first(300, 50, memory_limit=1e6)[0] == "matrix-free"
    assert "rows" in first(30, 50)[1] and "dual" in first(30, 50)[1]


@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize("scaling", ["identity", "marquardt"])
@pytest.mark.parametrize(
    "K, hidden_units, N", [(2, 10, 1000), (5, 80, 40), (1, 30, 300)]
)
def test_planned_memory_is_what_a_step_takes(K, hidden_units, N, scaling, explicit):
    """NumPy's peak, the linearization included, is at most 5 % above every plan."""
    net = Sequential(
        [Dense(20, hidden_units), Activation(tanh), Dense(hidden_units, K)]
    )
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(N, 20)), rng.normal(size=(N, K))
    theta = net.init(rng)
    objective = NetworkObjective(net, x, t, SquaredError("sum"))
    tracemalloc.start()
    try:
        lin = objective.linearize(theta)
        if explicit:
            lin = ExplicitJacobian(lin.r, lin.jacobian())
        for route in routes(lin, scaling):
            tracemalloc.reset_peak()
            method = LevenbergMarquardt(scaling=scaling, solve=route.name)
            assert method.system(lin, theta).step(0.1) is not None
            assert tracemalloc.get_traced_memory()[1] <= 1.05 * route.bytes + 4000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("N", [5, 60])
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("schedule", ["multiply", "trust-region"])
@pytest.mark.parametrize("scaling", ["identity", "marquardt"])
def test_auto_takes_a_route_that_can(scaling, schedule, decay, N):
    """No combination is refused; each takes the step of the primal route."""
    rng = np.random.default_rng(0)
    net = Sequential([Dense(3, 6), Activation(tanh), Dense(6, 2)])
    x, t = rng.normal(size=(N, 3)), rng.random((N, 2))
    objective, theta = NetworkObjective(net, x, t, SquaredError("sum")), net.init(rng)
    options = {"scaling": scaling, "schedule": schedule, "weight_decay": decay}
    ends = []
    for solve in ("auto", "primal"):
        method = LevenbergMarquardt(solve=solve, damping=0.1, **options)
        ends.append(method.step(theta, objective, method.init(theta))[0])
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-5)


def test_memory_that_does_not_suffice_is_refused():
    """The sentence says what the smallest route needs; a schedule may leave fewer."""
    objective, theta = small()
    lin = objective.linearize(theta)
    least = {r.name: r.bytes for r in routes(lin)}
    for schedule, name in (("multiply", "matrix-free"), ("trust-region", "dual")):
        method = LevenbergMarquardt(schedule=schedule, memory_limit=least[name])
        method.step(theta, objective, method.init(theta))
        method = LevenbergMarquardt(schedule=schedule, memory_limit=least[name] - 8)
        with pytest.raises(ValueError, match=f"memory_limit: no route fits.*{name}"):
            method.step(theta, objective, method.init(theta))


# What is not finite -------------------------------------------------------------------


@pytest.mark.parametrize("where", ["value", "gradient", "both"])
@pytest.mark.parametrize(
    "method",
    [
        *(BFGS(), LBFGS(), ConjugateGradient(), Newton(), Newton(shift=False)),
        *(LevenbergMarquardt(), NaturalGradient(), GradientDescent(0.1)),
    ],
    ids=repr,
)
def test_what_is_not_finite_is_said(method, where):
    """NaN in the value, in the gradient or J, or in both: NOT_FINITE, θ the start."""
    nan, start = np.nan, np.ones(3)
    value = nan if where != "gradient" else 1.5
    slope = nan if where != "value" else 1.0
    if "linearize" in getattr(method, "needs", ()):
        # a residual of NaN makes both so: J alone stands for the gradient
        objective = LeastSquares(
            lambda th: th * (value / 1.5), lambda th: np.eye(3) * slope
        )
    else:
        objective = Function(
            lambda th: value, lambda th: th * slope, lambda th: np.eye(3)
        )
    run = minimize(objective, start, method, iterations=5)
    assert run.status is Status.NOT_FINITE, run
    assert run.iterations == 0 and (run.theta == start).all()
    if hasattr(method, "step"):
        theta, _, info = method.step(start, objective, method.init(start))
        assert info.status is Status.NOT_FINITE and (theta == start).all()


def test_steps_into_the_void_are_not_taken():
    """A step that nobody tests ends where the value is NaN: θ stays, and it is said."""
    start = np.ones(3)
    cliff = LeastSquares(
        lambda th: np.where(th > -1, th + 3, np.nan), lambda th: np.eye(3)
    )
    natural = NaturalGradient(damping=1e-6)
    hill = Function(
        lambda th: float(np.sum(np.where(th > -1, th**2 + 6 * th, np.nan))),
        lambda th: 2 * th + 6,
        lambda th: 2 * np.eye(3),
    )
    for method, objective in ((natural, cliff), (Newton(shift=False), hill)):
        theta, _, info = method.step(start, objective, method.init(start))
        assert info.status is Status.NOT_FINITE and (theta == start).all()
    # Levenberg-Marquardt, Newton's search and the others go only as far as they can.
    for method, objective in ((LevenbergMarquardt(), cliff), (Newton(), hill)):
        theta, _, info = method.step(start, objective, method.init(start))
        assert info.status is Status.RUNNING and objective.value(theta) < 24


def test_a_step_not_taken_is_not_called_taken():
    """All trial points of one step fail: REJECTED, and the next goes on from there."""
    valley = LEAST_SQUARES["rosenbrock 2"]
    method = LevenbergMarquardt(damping=1e-8, attempts=1)
    theta, state, info = method.step(
        valley.start, valley.objective, method.init(valley.start)
    )
    assert info.status is Status.REJECTED and not info.status.failed
    assert (theta == valley.start).all() and info.rejected == 1
    assert state.lam > 1e-8 and "stay" in str(info.status)
    run = minimize(valley.objective, valley.start, method, iterations=60, target=1e-12)
    assert run.status is Status.TARGET


def test_searches_count_their_evaluations():
    """What a search says it used is how often it looked, where rounding ends it too."""
    seen = []
    flat = Function(lambda th: float(1e8 + th[0] ** 2), lambda th: 2 * th)
    for start in (1.0, 1e-3, 1e-5, 1e-9):
        theta = np.array([start])
        at = ray(flat, theta, -2 * theta)

        def looked(step, at=at):
            seen.append(step)
            return at(step)

        for first in (1e-6, 0.3, 100.0):
            seen.clear()
            _, used = strong_wolfe(looked, at(0.0), first, c2=1e-6)
            assert used == len(seen)


# The plane problem, and the table of methods ------------------------------------------


def plane():
    data = plane_problem()
    net = Sequential(
        [
            *(Dense(2, 12), Activation(tanh), Dense(12, 8), Activation(tanh)),
            *(Dense(8, 1), Activation(logistic)),
        ]
    )
    return data, net


@pytest.mark.parametrize(
    "method, loss, low, high",
    [
        (GradientDescent(4.0), SquaredError(), 183, 225),
        (Adam(0.03), SquaredError(), 65, 160),
        (Rprop(first=0.05), SquaredError(), 25, 60),
        (Quickprop(0.6, weight_decay=1e-5), SquaredError(), 25, 60),
        (ConjugateGradient("fletcher-reeves"), SquaredError(), 20, 52),
        (ConjugateGradient(), SquaredError(), 15, 45),
        (BFGS(), SquaredError(), 20, 50),
        (LevenbergMarquardt(), SquaredError("sum"), 7, 8),
        (LevenbergMarquardt(scaling="marquardt"), SquaredError("sum"), 6, 22),
    ],
    ids=lambda a: type(a).__name__,
)
def test_iterations_on_the_plane_problem(method, loss, low, high):
    """Steps to a mean squared error of 0.05 from three starts, as in the table."""
    data, net = plane()
    objective = NetworkObjective(net, data.x_train, data.t_train, loss)
    level = 0.025 if loss.reduction == "mean" else 15.0
    runs = [
        minimize(objective, plane_start(k), method, target=level, iterations=400)
        for k in range(3)
    ]
    assert all(run.status is Status.TARGET for run in runs)
    assert all(low <= run.iterations <= high for run in runs), [
        run.iterations for run in runs
    ]


def test_refusals():
    """Missing members, impossible combinations and bad numbers, each by name."""
    plain = Function(lambda th: th @ th / 2, lambda th: th)
    with pytest.raises(ValueError, match="calls linearize"):
        minimize(plain, np.ones(2), LevenbergMarquardt())
    with pytest.raises(ValueError, match="calls hessian"):
        minimize(plain, np.ones(2), Newton())
    with pytest.raises(ValueError, match=r"calls value_and_gradient.*which Function"):
        minimize(Function(lambda th: th @ th), np.ones(2), BFGS())
    with pytest.raises(ValueError, match="schedule: a trust region"):
        LevenbergMarquardt(schedule="trust-region", solve="matrix-free")
    with pytest.raises(ValueError, match="scaling: expected one of"):
        LevenbergMarquardt(scaling="moré")
    with pytest.raises(ValueError, match="formula"):
        ConjugateGradient("hestenes-stiefel")
    with pytest.raises(ValueError, match="c2"):
        ConjugateGradient(c2=0.9)
    objective, theta = small()
    decayed = NetworkObjective(
        objective.network, objective.x, objective.t, weight_decay=0.1
    )
    with pytest.raises(ValueError, match="weight_decay"):
        decayed.linearize(theta)
    assert quadratic(1.0).minimum == 0
