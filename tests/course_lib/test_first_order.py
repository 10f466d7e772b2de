"""First-order rules against torch, against hand-made traces, and at their limits."""

import math

import numpy as np
import pytest

from course_lib.activations import logistic, tanh
from course_lib.datasets import digits, plane_problem, plane_start
from course_lib.layers import Activation, Dense
from course_lib.losses import CrossEntropy, SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import Function, NetworkObjective
from course_lib.optim import (
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    Apollo,
    GradientDescent,
    IRpropPlus,
    Momentum,
    Quickprop,
    RMSProp,
    Rprop,
)
from course_lib.optim.as_printed import NesterovAsPrinted, QuickpropAsPrinted
from course_lib.optim.gradient_descent import critical_rate
from course_lib.optim.method import Status
from course_lib.training import fit, minimize
from tests.course_lib.array_kinds import KINDS, assert_close, back, make

CURVATURE = np.array([1.0, 3.0, 9.0])
START = np.array([1.0, -2.0, 3.0])
RULES = {
    "gradient descent": GradientDescent(0.05, weight_decay=0.1),
    "momentum": Momentum(0.05, mu=0.8, dampening=0.3, weight_decay=0.1),
    "nesterov": Momentum(0.05, mu=0.8, nesterov=True),
    "adagrad": AdaGrad(0.3, weight_decay=0.1),
    "adadelta": AdaDelta(0.7, weight_decay=0.1),
    "rmsprop": RMSProp(0.02, averaging=0.99),
    "adam": Adam(0.05, weight_decay=0.1),
    "adamw": AdamW(0.05, weight_decay=0.1),
    "rprop": Rprop(),
    "quickprop": Quickprop(0.05, weight_decay=1e-3),
    "apollo": Apollo(0.01, segments=[(0, 2), (2, 3)]),
}


def quadratic(curvature=CURVATURE):
    return Function(lambda th: th @ (curvature * th) / 2, lambda th: curvature * th)


def gradients(n, size=3):
    """Noisy, sign-changing, with a zero now and then."""
    rng = np.random.default_rng(5)
    g = rng.normal(size=(n, size))
    g[rng.random((n, size)) < 0.1] = 0
    return g


def run(rule, steps, theta=START, kind="numpy-float64"):
    theta = make(kind, theta)
    state = rule.init(theta)
    for g in steps:
        theta, state = rule.update(theta, make(kind, g), state)
    return theta, state


def torch_run(make_optimizer, steps, theta=START):
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.tensor(theta))
    optimizer = make_optimizer(torch.optim, [parameter])
    for g in steps:
        parameter.grad = torch.tensor(g)
        optimizer.step()
    return back(parameter)


TORCH = {
    "gradient descent": lambda o, p: o.SGD(p, lr=0.05, weight_decay=0.1),
    "momentum": lambda o, p: o.SGD(
        p, lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.1
    ),
    "nesterov": lambda o, p: o.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
    "adagrad": lambda o, p: o.Adagrad(p, lr=0.3, weight_decay=0.1),
    "adadelta": lambda o, p: o.Adadelta(p, lr=0.7, rho=0.9, eps=1e-6, weight_decay=0.1),
    "rmsprop": lambda o, p: o.RMSprop(p, lr=0.02, alpha=0.99),
    "adam": lambda o, p: o.Adam(p, lr=0.05, weight_decay=0.1),
    "adamw": lambda o, p: o.AdamW(p, lr=0.05, weight_decay=0.1),
}


@pytest.mark.parametrize("name", TORCH)
def test_rule_is_torchs(name):
    """Fifty steps with noisy gradients end where torch.optim ends, to 1e-12."""
    steps = gradients(50)
    ours, _ = run(RULES[name], steps)
    np.testing.assert_allclose(ours, torch_run(TORCH[name], steps), rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_kinds_agree_with_numpy(name, kind):
    """Every array kind takes NumPy's way, and keeps its dtype."""
    # Quickprop divides by differences of noise: it magnifies rounding at every step.
    steps = gradients(3 if name == "quickprop" else 12)
    theta, _ = run(RULES[name], steps, kind=kind)
    assert str(theta.dtype).endswith(kind[-2:])
    expected, _ = run(RULES[name], steps)
    assert_close(theta, expected, 1e-11 if kind.endswith("64") else 1e-4)


@pytest.mark.parametrize("name", RULES)
def test_update_is_pure(name):
    """θ, g and the state stay as they were, so that a step can be repeated."""
    rule, (first, second) = RULES[name], gradients(2)
    theta, state = run(rule, [first])
    kept = theta.copy(), second.copy(), [np.copy(part) for part in state]
    once, _ = rule.update(theta, second, state)
    again, _ = rule.update(theta, second, state)
    assert (once == again).all()
    assert (theta == kept[0]).all() and (second == kept[1]).all()
    for part, before in zip(state, kept[2], strict=True):
        assert (np.asarray(part) == before).all()


def test_adam_first_step_has_the_length_of_the_rate():
    """Whatever the gradient's scale, every coordinate moves by η at first."""
    g = np.array([1e-3, -50.0, 2.0])
    theta, _ = run(Adam(0.01), [g])
    np.testing.assert_allclose(START - theta, 0.01 * np.sign(g), rtol=1e-4)


def test_lecture_form_of_momentum_differs_only_under_a_schedule():
    """ΔW = η g + μ ΔW is the same iteration for constant η, another one else."""

    def lecture(rates):
        theta, step = START, 0
        for rate in rates:
            step = rate * CURVATURE * theta + 0.9 * step
            theta = theta - step
        return theta

    def ours(rates):
        theta, state = START, Momentum(0.0).init(START)
        for rate in rates:
            theta, state = Momentum(rate).update(theta, CURVATURE * theta, state)
        return theta

    constant, falling = [0.05] * 20, [0.05] * 10 + [0.005] * 10
    np.testing.assert_allclose(ours(constant), lecture(constant), rtol=1e-12)
    assert abs(ours(falling) - lecture(falling)).max() > 0.1


def test_nesterov_is_the_look_ahead_iteration():
    """Our θ is φ = W − μ ΔW of the look-ahead form, for constant η and μ."""
    rate, mu = 0.05, 0.8
    W, step = START, np.zeros(3)
    rule = Momentum(rate, mu, nesterov=True)
    theta, state = START, rule.init(START)
    for _ in range(15):
        step = rate * CURVATURE * (W - mu * step) + mu * step
        W = W - step
        theta, state = rule.update(theta, CURVATURE * theta, state)
        np.testing.assert_allclose(theta, W - mu * step, rtol=1e-12)


@pytest.mark.parametrize("kind", ["momentum", "nesterov", "nesterov as printed"])
def test_critical_rate_separates_stable_from_unstable(kind):
    """5 % below the limit the run converges, 5 % above it grows; h = 10, μ = 0.9."""
    limit = critical_rate(0.9, 10.0, kind)
    objective = quadratic(np.array([10.0]))
    for factor, converges in ((0.95, True), (1.05, False)):
        method = {
            "momentum": Momentum(factor * limit),
            "nesterov": Momentum(factor * limit, nesterov=True),
            "nesterov as printed": NesterovAsPrinted(factor * limit),
        }[kind]
        value = minimize(objective, np.ones(1), method, iterations=2000).history.value
        assert (max(value[-50:]) < 1e-3) == converges
        assert (max(value[-50:]) > 1e3) == (not converges)


def test_critical_rates_are_the_specified_ones():
    """1.357 and 0.111 at μ = 0.9; the slide's sign costs a factor of twelve."""
    assert critical_rate(0.9, kind="nesterov") == pytest.approx(1.357, abs=5e-4)
    printed = critical_rate(0.9, kind="nesterov as printed")
    assert printed == pytest.approx(0.111, abs=5e-4)
    # Without memory all three are gradient descent; below 0.2 another root decides.
    for kind in ("momentum", "nesterov", "nesterov as printed"):
        assert critical_rate(0.0, kind=kind) == 2
    printed = critical_rate(0.1, kind="nesterov as printed")
    assert printed == pytest.approx(2.2 / 0.8)
    with pytest.raises(ValueError, match="kind"):
        critical_rate(0.9, kind="adam")


@pytest.mark.parametrize("rate, updates", [(0.01, 8), (0.05, 6), (0.1, 5)])
def test_quickprop_needs_few_updates(rate, updates):
    """Curvatures 1, 3, 9: 8, 6 and 5 updates until ‖g‖ < 1e-8; as printed it fails."""
    run = minimize(quadratic(), START, Quickprop(rate), gradient_tolerance=1e-8)
    assert run.status is Status.CONVERGED and run.iterations == updates
    printed = minimize(quadratic(), START, QuickpropAsPrinted(rate), iterations=80)
    assert printed.status is Status.NOT_FINITE or printed.value > 1e6


def test_quickprop_cases():
    """Last step 1 down a slope of 4: slopes 2, −1, 4 and 5 give 1, −0.2, 1.75, 1.75."""
    rule = Quickprop(1e-30)  # without the gradient term
    state = type(rule.init(np.zeros(1)))
    slopes = np.array([2.0, -1.0, 4.0, 5.0])
    before = state(np.ones(4), np.full(4, 4.0))
    _, after = rule.update(np.zeros(4), slopes, before)
    np.testing.assert_allclose(after.delta, [1, -0.2, 1.75, 1.75], atol=1e-12)


def test_quickprop_wakes_a_weight_that_stood_still():
    """A weight whose last step was 0 moves again by η S."""
    rule = Quickprop(0.05)
    theta, state = rule.update(np.ones(1), np.zeros(1), rule.init(np.ones(1)))
    assert theta[0] == 1
    theta, _ = rule.update(theta, np.ones(1), state)
    assert theta[0] == pytest.approx(1 - 0.05)


def test_rprop_trace():
    """Steps grow by 1.2 with the sign, halve at a change, stay at 0, and are capped."""
    rule = Rprop()
    theta, state, steps = np.zeros(1), rule.init(np.zeros(1)), []
    for g in [1.0, 2.0, -1.0, 0.0, -3.0, -3.0]:
        theta, state = rule.update(theta, np.array([g]), state)
        steps.append(float(state.delta[0]))
    np.testing.assert_allclose(steps, [0.1, 0.12, 0.06, 0.06, 0.06, 0.072])
    assert theta[0] == pytest.approx(-0.1 - 0.12 + 0.06 + 0.06 + 0.072)
    theta, state = run(rule, np.tile([1.0, -1.0, 0.0], (60, 1)))
    np.testing.assert_allclose(state.delta, [50, 50, 0.1])
    flip = np.array([1.0, 1.0, 1.0]) * np.where(np.arange(40) % 2, 1, -1)[:, None]
    assert run(rule, flip)[1].delta[0] == 1e-6


def test_irprop_plus_takes_back_a_move_that_raised_the_value():
    """x² from 1 with a step of 3: back to the start, then on with half the step."""
    objective = quadratic(np.array([2.0]))
    method = IRpropPlus(first=3.0)
    theta, state, way = np.ones(1), method.init(np.ones(1)), []
    for _ in range(4):
        value, g = objective.value_and_gradient(theta)
        theta, state = method.update(theta, g, state, value)
        way.append(float(theta[0]))
    assert way == [-2.0, 1.0, -0.5, -0.5]


def test_adagrad_without_epsilon_divides_zero_by_zero():
    """A weight that never had a gradient: NaN on the slide, still with ε."""
    g = np.array([1.0, 0.0, 1.0])
    assert run(AdaGrad(), [g])[0][1] == START[1]
    with pytest.warns(RuntimeWarning, match="invalid value"):
        theta, _ = run(AdaGrad(eps=0.0), [g])
    assert np.isnan(theta[1])


def test_adadelta_without_epsilon_never_starts():
    """As printed (ε = 0) nothing moves in 100 steps; with ε it is √(10 ε)."""
    steps = np.ones((100, 3))
    assert (run(AdaDelta(eps=0.0), steps)[0] == START).all()
    theta, _ = run(AdaDelta(), steps[:1])
    np.testing.assert_allclose(START - theta, math.sqrt(1e-6 / 0.1), rtol=1e-4)


def apollo_as_published(parameters, steps, rate, beta=0.9, eps=1e-4, sigma=0.01):
    """A transcription of the method's published loop over tensors, as oracle."""
    theta = [p.copy() for p in parameters]
    m = [np.zeros_like(p) for p in theta]
    B = [np.zeros_like(p) for p in theta]
    d = [np.zeros_like(p) for p in theta]
    for t, gs in enumerate(steps, start=1):
        alpha = (1 - beta) / (1 - beta**t)
        for i, g in enumerate(gs):
            delta = g - m[i]
            denominator = np.linalg.norm(d[i], 4) + eps / sigma
            unit = d[i] / denominator
            square = unit * unit
            change = -alpha * np.sum(delta / denominator * unit) - np.sum(B[i] * square)
            B[i] = B[i] + square * change
            m[i] = m[i] + alpha * delta
            d[i] = m[i] / np.maximum(np.abs(B[i]), sigma)
            theta[i] = theta[i] - rate * d[i]
    return np.concatenate(theta)


def test_apollo_is_the_published_loop():
    """Thirty steps on two segments agree with the loop over tensors to 1e-12."""
    rng = np.random.default_rng(0)
    theta, steps = rng.normal(size=7), rng.normal(size=(30, 7))
    ours, _ = run(Apollo(0.02, segments=[(0, 4), (4, 7)]), steps, theta)
    parts = [(g[:4], g[4:]) for g in steps]
    theirs = apollo_as_published([theta[:4], theta[4:]], parts, 0.02)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    whole, _ = run(Apollo(0.02), steps, theta)
    assert abs(whole - ours).max() > 1e-3  # one array is another method


def apollo_of_the_paper(theta, steps, rate, eps, beta=0.9, sigma=0.01):
    """Abdulkadirov and Lyakhov's Algorithm 3 from i = 0; (θ, aᵢ d² B d along d₋)."""
    m = d = B = np.zeros_like(theta)
    secants = []
    for i, g in enumerate(steps):
        share = 1 - beta ** (i + 1)
        new = beta * (1 - beta**i) / share * m + (1 - beta) / share * g
        a = (
            (d @ (new - m) + d @ (B * d)) / (np.sum(d**4) ** 0.25 + eps) ** 4
            if i
            else 0
        )
        B = B - a * d**2
        secants.append((d @ (B * d), -d @ (new - m)))
        m = new
        d = m / np.maximum(abs(B), sigma)
        theta = theta - rate * d
    return theta, np.array(secants)


def test_apollo_is_the_papers_algorithm():
    """Its ε is ours / σ; with ε = 0 the weak secant equation dᵀB d = −dᵀΔm holds."""
    rng = np.random.default_rng(1)
    theta, steps = rng.normal(size=5), rng.normal(size=(30, 5))
    ours, _ = run(Apollo(0.02, eps=1e-4, sigma=0.01), steps, theta)
    theirs, _ = apollo_of_the_paper(theta, steps, 0.02, eps=1e-4 / 0.01)
    np.testing.assert_allclose(ours, theirs, rtol=1e-11)
    # steps of ‖d‖ ≫ ε: their ε of 1e-4, taken as printed, is the same method too
    printed, _ = apollo_of_the_paper(theta, steps, 0.02, eps=1e-4)
    np.testing.assert_allclose(ours, printed, rtol=0.02)
    _, secants = apollo_of_the_paper(theta, steps, 0.02, eps=0.0)
    np.testing.assert_allclose(secants[1:, 0], secants[1:, 1], rtol=1e-9)
    rule = Apollo(0.02, eps=1e-14)
    theta, state = rule.update(theta, steps[0], rule.init(theta))
    for g in steps[1:]:
        old = state
        theta, state = rule.update(theta, g, state)
        slope = old.d @ (state.m - old.m)
        assert old.d @ (state.B * old.d) == pytest.approx(-slope, rel=1e-9)


def test_apollo_depends_on_rate_over_sigma_only():
    """(σ, η, ε′) → (cσ, cη, ε′/c) leaves the iterates as they are."""
    steps, c = gradients(30), 7.0
    ours, _ = run(Apollo(0.01, sigma=0.01, eps=1e-4), steps)
    scaled, _ = run(Apollo(0.01 * c, sigma=0.01 * c, eps=1e-4), steps)
    np.testing.assert_allclose(ours, scaled, rtol=1e-11)
    first, _ = run(Apollo(1.0), steps[:1])
    np.testing.assert_allclose(START - first, 100 * steps[0], rtol=1e-12)


@pytest.mark.parametrize(
    "make_rule, name",
    [
        (lambda: GradientDescent(-1.0), "learning_rate"),
        (lambda: Momentum(0.1, mu=-0.1), "mu"),
        (lambda: Momentum(0.1, mu=0.0, nesterov=True), "nesterov"),
        (lambda: Adam(beta2=1.0), "beta2"),
        (lambda: AdaDelta(averaging=1.5), "averaging"),
        (lambda: RMSProp(eps=-1.0), "eps"),
        (lambda: AdaGrad(float("nan")), "learning_rate"),
        (lambda: Rprop(shrink=1.0), "shrink"),
        (lambda: Quickprop(0.0), "learning_rate"),
        (lambda: Apollo(0.1, sigma=0.0), "sigma"),
    ],
)
def test_hyperparameters_out_of_range_are_refused(make_rule, name):
    """The message begins with the name of the argument."""
    with pytest.raises(ValueError, match=name):
        make_rule()


@pytest.mark.parametrize("name", RULES)
def test_other_shapes_are_refused(name):
    """A gradient of another shape would broadcast; a matrix θ is no flat vector."""
    rule = RULES[name]
    with pytest.raises(ValueError, match=r"gradient: expected .*\(3,\); got \(1,\)"):
        rule.update(START, np.ones(1), rule.init(START))
    with pytest.raises(ValueError, match="theta: expected one flat vector"):
        rule.update(np.ones((1, 3)), np.ones((1, 3)), rule.init(np.ones((1, 3))))


# What the lecture reports of these rules ----------------------------------------------


def test_decay_inside_moves_the_minimum_by_itself():
    """E + ρ‖θ‖²/2 is minimised whatever the momentum: (θ − 1)²/2 ends at 1/(1 + ρ)."""
    objective = Function(lambda th: ((th - 1) ** 2).sum() / 2, lambda th: th - 1)
    for mu in (0.0, 0.5, 0.9):
        for nesterov in (False, mu > 0):
            rule = Momentum(0.1, mu, nesterov=nesterov, weight_decay=0.5)
            end = minimize(objective, START, rule, iterations=800).theta
            np.testing.assert_allclose(end, 1 / 1.5, rtol=1e-9)


def test_momentum_crosses_hills_both_ways():
    """θ⁴/4 − θ²/2 + 0.2 θ from everywhere: none cross at μ = 0; both ways at 0.95."""
    grid, hill = np.linspace(-2, 2, 201), 0.20914885
    well = Function(
        lambda th: (th**4 / 4 - th**2 / 2 + 0.2 * th).sum(), lambda th: th**3 - th + 0.2
    )
    escaped, lost = [], []
    for mu in (0.0, 0.95):
        end = minimize(well, grid, Momentum(0.1, mu), iterations=1500).theta
        escaped.append(np.mean(end[grid > hill] < hill))
        lost.append(np.mean(end[grid < hill] > hill))
    assert escaped[0] == lost[0] == 0
    assert 0.3 < escaped[1] < 0.45 and 0 < lost[1] < 0.1


def plane():
    data = plane_problem()
    hidden = [Dense(2, 12), Activation(tanh), Dense(12, 8), Activation(tanh)]
    net = Sequential([*hidden, Dense(8, 1), Activation(logistic)])
    return net, data, NetworkObjective(net, data.x_train, data.t_train)


@pytest.mark.parametrize(
    "rule, expected",
    [
        (GradientDescent(1.0), [719, 715, 699]),
        (GradientDescent(4.0), [183, 225, 207]),
        (Momentum(2.0), [66, 142, 56]),
        (Momentum(2.0, nesterov=True), [68, 78, 53]),
        (NesterovAsPrinted(1.0), [258, 367, 295]),
        (Quickprop(0.6, weight_decay=1e-5), [30, 37, 31]),
        (Rprop(), [45, 40, 24]),
        (IRpropPlus(), [32, 33, 26]),
        (AdaGrad(0.1), [102, 151, 105]),
        (Adam(0.03), [71, 150, 83]),
    ],
    ids=lambda a: type(a).__name__,
)
def test_first_order_rules_on_the_plane_problem(rule, expected):
    """Steps to a mean squared error of 0.05 from three starts, and 0.04 to 0.06 unseen.

    The signs of Rprop and Quickprop's quotients magnify rounding: 15 % either way.
    """
    net, data, objective = plane()
    unseen = NetworkObjective(net, data.x_test, data.t_test)
    for seed, steps in enumerate(expected):
        run = minimize(objective, plane_start(seed), rule, target=0.025)
        assert run.status is Status.TARGET
        assert run.iterations == pytest.approx(steps, rel=0.15)
        assert 0.04 < 2 * unseen.value(run.theta) < 0.06


def test_adadelta_on_the_plane_problem():
    """Its ε knows the unit of E: of E = ½ MSE doubled, 541, 533 and 448 steps."""
    _, _, half = plane()
    whole = Function(
        lambda th: 2 * half.value(th), lambda th: 2 * half.value_and_gradient(th)[1]
    )
    rule = AdaDelta(averaging=0.95)
    for seed, steps in enumerate([541, 533, 448]):
        run = minimize(whole, plane_start(seed), rule, target=0.05)
        assert run.iterations == pytest.approx(steps, rel=0.02)
    never = minimize(whole, plane_start(0), AdaDelta(eps=0.0), iterations=20)
    np.testing.assert_array_equal(never.theta, plane_start(0))  # as printed


def test_quickprop_as_printed_fails_on_the_plane_problem():
    """After 500 steps worse than answering ½ everywhere, a squared error of 0.25."""
    _, _, objective = plane()
    rule = QuickpropAsPrinted(0.3, weight_decay=1e-5)
    for seed in range(3):
        run = minimize(objective, plane_start(seed), rule, iterations=500)
        assert 2 * run.value > 0.4


def test_a_step_for_each_weight_is_faster_than_gradient_descent():
    """Median of five starts: a third of the steps at gradient descent's best rate."""
    _, _, objective = plane()

    def median(rule):
        starts = map(plane_start, range(5))
        runs = [minimize(objective, theta, rule, target=0.025) for theta in starts]
        return np.median([run.iterations for run in runs])

    best = min(median(GradientDescent(rate)) for rate in (8.0, 16.0, 32.0))
    assert median(Quickprop(0.3, weight_decay=1e-5)) < 0.4 * best
    assert median(Rprop()) < 0.4 * best


def test_rprop_needs_the_full_batch():
    """In batches of 60 its steps shrink to their floor and it stops learning."""
    net, data, objective = plane()
    for size, epochs in ((None, 150), (60, 15)):
        run = fit(
            *(net, plane_start(0), data.x_train, data.t_train, SquaredError(), Rprop()),
            epochs=epochs,
            batch_size=size,
            rng=np.random.default_rng(0),
        )
        steps, value = np.median(run.state.delta), objective.value(run.theta)
        if size is None:
            assert steps > 1e-5 and value < 0.01
        else:
            assert steps < 2e-6 and value > 0.03


@pytest.mark.parametrize("distort", ["scale", "cube", "logarithm"])
def test_rprop_is_blind_to_monotone_changes_of_the_loss(distort):
    """E, 10⁶ E, E³ and ln E: the same path to the last bit, with and without E."""
    _, _, objective = plane()
    slope = {"scale": lambda E: 1e6, "cube": lambda E: 3 * E**2}.get(
        distort, lambda E: 1 / E
    )
    psi = {"scale": lambda E: 1e6 * E, "cube": lambda E: E**3}.get(distort, np.log)

    def gradient(theta):
        E, g = objective.value_and_gradient(theta)
        return slope(E) * g

    other = Function(lambda theta: psi(objective.value(theta)), gradient)
    for rule in (Rprop(), IRpropPlus()):
        first = minimize(objective, plane_start(0), rule, iterations=30).theta
        np.testing.assert_array_equal(
            minimize(other, plane_start(0), rule, iterations=30).theta, first
        )


def test_first_order_rules_learn_the_digits():
    """100 steps: momentum below gradient descent, Quickprop and Rprop below both.

    Rprop, blind to small slopes, drives weights of rare pixels past a hundred.
    """
    images, labels = digits()
    x, t = images.reshape(len(images), -1)[:1200], np.eye(10)[labels[:1200]]
    net = Sequential([Dense(64, 16), Activation(tanh), Dense(16, 10)])
    objective = NetworkObjective(net, x, t, CrossEntropy())
    theta = net.init(np.random.default_rng(0))
    quickprop = Quickprop(0.3, weight_decay=1e-4)
    rules = (GradientDescent(1.0), Momentum(0.5), quickprop, Rprop(first=0.01))
    runs = [minimize(objective, theta, rule, iterations=100) for rule in rules]
    value = [run.value for run in runs]
    assert value[1] < 0.3 * value[0] and max(value[2:]) < value[1]
    largest = [abs(run.theta).max() for run in runs]
    assert max(largest[:3]) < 10 and largest[3] > 100


def test_torchs_rprop_is_another_variant():
    """torch.optim.Rprop is iRprop−: after a turn it stays, and then starts afresh."""
    torch = pytest.importorskip("torch")
    steps = gradients(40)

    def variant(stays):
        theta, delta, old = START, np.full(3, 0.1), np.zeros(3)
        for g in steps:
            same, turned = g * old > 0, g * old < 0
            delta = np.where(same, 1.2 * delta, np.where(turned, 0.5 * delta, delta))
            g = np.where(turned & stays, 0.0, g)
            theta, old = theta - delta * np.sign(g), g
        return theta

    theirs = torch_run(lambda o, p: o.Rprop(p, lr=0.1), steps)
    np.testing.assert_allclose(variant(stays=True), theirs, rtol=1e-12)
    np.testing.assert_allclose(variant(stays=False), run(Rprop(), steps)[0], rtol=1e-12)
    assert abs(run(Rprop(), steps)[0] - theirs).max() > 0.01
    assert torch.optim.Rprop([torch.zeros(1)]).defaults["lr"] == 0.01
