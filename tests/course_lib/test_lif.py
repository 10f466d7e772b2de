"""Leaky integrate-and-fire: closed forms, exact dates, and events one by one."""

import numpy as np
import pytest

from course_lib.neurons.lif import LIF, SpikingNetwork, random_network
from tests.course_lib.array_kinds import KINDS, back, make, rtol

CELL = LIF()


@pytest.mark.parametrize(
    "current, rate", [(1.5, 0), (1.51, 19.167076), (2, 63.040002), (3, 111.963629)]
)
def test_f_I_curve(current, rate):
    """τ = 10, R = 10, θ = 15, t_ref = 2: four rates to eight digits."""
    assert float(CELL.rate_Hz(current)) == pytest.approx(rate, abs=5e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_f_I_curve_of_every_array_kind(kind):
    """Arrays of currents, some below threshold, without a warning."""
    currents = np.array([-1.0, 0, 1.5, 1.6, 3])
    rates = back(CELL.rate_Hz(make(kind, currents)))
    np.testing.assert_allclose(rates, CELL.rate_Hz(currents), rtol=rtol(kind))
    assert (rates[:3] == 0).all() and (rates[3:] > 0).all()


def test_onset_is_type_I():
    """Rates grow from 0 without a jump, as 1/ln: below 5 Hz just above threshold."""
    above = CELL.rate_Hz(1.5 + np.logspace(-12, -1, 30))
    assert above[0] < 5 and (np.diff(above) > 0).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("h", [1e-3, 0.1, 7.0])
def test_decay_is_exact_for_any_step(kind, h):
    """One step of h, or a hundred of h/100, to rounding."""
    V, current = make(kind, np.array([0.0, 9.0])), make(kind, np.array([1.2, -0.4]))
    once, many = CELL.decay(V, current, make(kind, h)), V
    for _ in range(100):
        many = CELL.decay(many, current, make(kind, h / 100))
    tolerance = 1e-13 if kind.endswith("64") else 2e-5
    np.testing.assert_allclose(back(once), back(many), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dt", [0.01, 0.37, 2.0])
def test_spikes_are_dated_exactly(dt):
    """Five periods of equation (3), with three steps, to 1e-9 ms."""
    current = 2.0
    period = float(CELL.period_ms(current))
    trace = CELL.simulate(np.full((int(5.5 * period / dt), 1), current), dt)
    expected = period * np.arange(1, 6) - CELL.refractory_ms  # from V = 0, not resting
    np.testing.assert_allclose(trace.times_ms[:5], expected, atol=1e-9)
    assert trace.V.max() < CELL.threshold_mV


def test_without_refractory_time():
    """t_ref = 0: the rest of the step is integrated after the reset."""
    cell = LIF(refractory_ms=0.0)
    trace = cell.simulate(np.full((2000, 1), 2.0), 0.05)
    np.testing.assert_allclose(np.diff(trace.times_ms), cell.period_ms(2.0), atol=1e-9)


def test_halving_the_step_changes_nothing():
    """A current that changes every ms: the same dates with steps of 1 and 0.25 ms."""
    current = np.random.default_rng(0).uniform(0, 4, (300, 3))
    coarse = CELL.simulate(current, 1.0)
    fine = CELL.simulate(np.repeat(current, 4, axis=0), 0.25)
    for n in range(3):
        a = coarse.times_ms[coarse.neurons == n]
        b = fine.times_ms[fine.neurons == n]
        np.testing.assert_allclose(a, b, atol=1e-9)
        assert len(a) > 5


# Networks ---------------------------------------------------------------------------


def pair(delay=7, weight=20.0):
    """Neuron 0 drives neuron 1; nothing goes back."""
    return SpikingNetwork(CELL, 2, [0], [1], [weight], [delay])


def kick(at, neuron=0, size=20.0, N=2):
    """A jump from outside at one step."""
    return lambda k: size * ((k == at) & (np.arange(N) == neuron))


@pytest.mark.parametrize("delay", [1, 2, 7, 31])
def test_spike_arrives_after_its_delay(delay):
    """Kick at 3, spike at 4, jump at 4 + d, spike of the target one step later."""
    spikes = pair(delay).run(60, jumps_mV=kick(3))
    assert spikes.steps.tolist() == [4, 4 + delay + 1]
    assert spikes.neurons.tolist() == [0, 1]


def test_connections_have_a_direction():
    """Kicking the target does not fire the source: weights are source → target."""
    assert pair().run(60, jumps_mV=kick(3, neuron=1)).neurons.tolist() == [1]


def test_shifting_the_input_shifts_the_output():
    """Five steps later in, five steps later out (a spike train in a random net)."""
    net = random_network(
        CELL, 40, 10, 8, 4.0, 4.0, (0.3, 2.0), np.random.default_rng(1)
    )
    drive = np.random.default_rng(2).poisson(0.02, (400, 50)) * 8.0

    def run(shift):
        return net.run(
            430,
            jumps_mV=lambda k: (
                drive[k - shift] if 0 <= k - shift < 400 else np.zeros(50)
            ),
        )

    first, later = run(0), run(5)
    assert len(first.steps) > 100
    keep = first.steps < 420
    n = keep.sum()
    assert (later.steps[:n] == first.steps[keep] + 5).all()
    assert (later.neurons[:n] == first.neurons[keep]).all()


def naive(net, steps, jumps, current):
    """The same rules with a dictionary of events and a loop over neurons."""
    cell, V, awake = net.neuron, [0.0] * net.N, [0] * net.N
    events, spikes = {}, []
    keep = np.exp(-net.dt_ms / cell.tau_ms)
    for k in range(steps):
        fired = []
        for i in range(net.N):
            if awake[i] <= k:
                V[i] = keep * V[i] + cell.resistance * current[i] * (1 - keep)
                if V[i] >= cell.threshold_mV:
                    fired.append(i)
                V[i] += jumps(k)[i] + sum(events.get((k, i), []))
        for i in fired:
            V[i], awake[i] = cell.reset_mV, k + round(cell.refractory_ms / net.dt_ms)
            spikes.append((k, i))
            for s in np.flatnonzero(np.asarray(net.sources) == i):
                events.setdefault((k + net.delays[s], net.targets[s]), []).append(
                    net.weights_mV[s]
                )
    return spikes


def test_network_event_for_event():
    """300 steps of 30 neurons: every spike as in a dictionary-of-events simulation."""
    net = random_network(CELL, 24, 6, 6, 5.0, 3.0, (0.1, 1.5), np.random.default_rng(3))
    drive = np.random.default_rng(4).poisson(0.05, (300, 30)) * 5.0
    current = np.random.default_rng(5).uniform(0, 1.6, 30)
    ours = net.run(300, current, lambda k: drive[k])
    expected = naive(net, 300, lambda k: drive[k], current)
    pairs = list(zip(ours.steps.tolist(), ours.neurons.tolist(), strict=True))
    assert pairs == expected and len(expected) > 50


def test_order_of_connections_does_not_matter():
    """Shuffled connections: the same spikes."""
    rng = np.random.default_rng(6)
    net = random_network(CELL, 40, 10, 10, 3.0, 4.0, (0.1, 2.0), rng)
    order = rng.permutation(len(net.sources))
    columns = (net.sources, net.targets, net.weights_mV, net.delays)
    other = SpikingNetwork(CELL, 50, *(c[order] for c in columns))
    drive = rng.poisson(0.05, (300, 50)) * 6.0
    a, b = (
        net.run(300, jumps_mV=drive.__getitem__),
        other.run(300, jumps_mV=drive.__getitem__),
    )
    assert (a.steps == b.steps).all() and (a.neurons == b.neurons).all()
    assert len(a.steps) > 50


def test_poisson_drive_has_campbells_moments():
    """Jumps w at rate ν, no threshold: mean w ν τ, variance w² ν τ/2 (few % error)."""
    cell = LIF(threshold_mV=1e9)
    net = SpikingNetwork(cell, 4000, [], [], [], [], dt_ms=0.1)
    rng, w, rate = np.random.default_rng(7), 0.5, 2.0  # per ms
    V = net.run(600, jumps_mV=lambda k: w * rng.poisson(rate * 0.1, 4000)).V
    assert V.mean() == pytest.approx(w * rate * 10, rel=0.02)
    assert V.var() == pytest.approx(w**2 * rate * 10 / 2, rel=0.08)


def test_refusals():
    """Bad cells, currents, steps and connections are refused by name."""
    with pytest.raises(ValueError, match="tau_ms"):
        LIF(tau_ms=0)
    with pytest.raises(ValueError, match="reset_mV: expected below"):
        LIF(reset_mV=15.0)
    with pytest.raises(ValueError, match="refractory_ms"):
        LIF(refractory_ms=-1.0)
    with pytest.raises(ValueError, match=r"dt_ms: expected 0 < dt_ms <= 2\.0"):
        CELL.simulate(np.ones((3, 1)), 5.0)
    with pytest.raises(ValueError, match=r"currents: .*\(steps, N\)"):
        CELL.simulate(np.ones(3), 0.1)
    with pytest.raises(ValueError, match="delays: expected at least 1 step"):
        pair(delay=0)
    with pytest.raises(ValueError, match="targets: expected neurons 0 to 1"):
        SpikingNetwork(CELL, 2, [0], [2], [1.0], [1])
    with pytest.raises(ValueError, match="weights_mV: expected one entry per"):
        SpikingNetwork(CELL, 2, [0], [1], [1.0, 2.0], [1])


def test_no_rate_without_a_current():
    """A current that is not a number gives no rate, not the rate 0."""
    assert np.isnan(LIF().period_ms(np.array([np.nan, 2.0]))).tolist() == [True, False]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: LIF().simulate(np.zeros((5, 1)), 0.1, V=20.0), "V: .* below .*20.0"),
        (lambda: LIF().simulate(np.zeros((5, 1)), 0.1, V=np.nan), "V: .*finite"),
        (
            lambda: LIF(refractory_ms=0).simulate(np.full((3, 1), 100.0), 1.0),
            "dt_ms: .* fires twice",
        ),
        (lambda: SpikingNetwork(LIF(), 2, [0], [1], [1.0], [1.5]), "delays: .*1.5"),
        (lambda: SpikingNetwork(LIF(), 2, [0.5], [1], [1.0], [1]), "sources: .*whole"),
        (
            lambda: SpikingNetwork(LIF(), 2, [0], [1], [np.nan], [1]),
            "weights_mV: .*fin",
        ),
        (lambda: SpikingNetwork(LIF(), 2, [], [], [], [], -0.1), "dt_ms: .* > 0"),
        (
            lambda: SpikingNetwork(LIF(), 1, [], [], [], []).run(3, np.inf),
            "current: .*finite",
        ),
    ],
)
def test_what_would_be_silently_wrong_is_refused(call, sentence):
    """Milliseconds for steps, a start above the threshold, two spikes in one step."""
    with pytest.raises(ValueError, match=sentence):
        call()
