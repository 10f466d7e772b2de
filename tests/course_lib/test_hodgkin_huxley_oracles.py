"""The rest of the independent numbers: tables whose rows are many.

Kept apart from the tests that teach; the same oracles and the same rule, that each
tolerance is the printed precision unless a reason stands beside it.
"""

import math

import numpy as np
import pytest

from course_lib.neurons import hodgkin_huxley as hh
from course_lib.neurons.hodgkin_huxley import Membrane, State, pulse, solve

ROUNDED = Membrane(E_L=-54.4)
AT_ZERO = State(-65.0, *map(float, hh.steady_state(-65.0)))

RATES = {
    **{6.3: 52.371, 6.5: 55.057, 7: 58.327, 8: 62.470, 9: 65.629, 10: 68.3237},
    **{12: 72.919, 15: 78.649, 20: 86.470, 25: 93.015},
}
CYCLES = {  # I: rate, highest potential
    **{30: (98.745, 19.27), 40: (108.608, 13.38), 50: (117.036, 7.50)},
    **{60: (124.452, 1.67), 70: (131.069, -4.09), 80: (137.011, -9.70)},
    **{90: (142.373, -15.06), 100: (147.270, -20.05), 120: (156.253, -28.55)},
    **{140: (164.44, -35.28), 150: (167.85, -38.98)},
}


@pytest.mark.parametrize(("I", "hertz"), RATES.items())
def test_rate_below_30(I, hertz):
    """Steady rates from 6.3 to 25 µA/cm²."""
    # 2e-3 just above the fold, where the rate rises like a square root
    tolerance = 2e-3 if I == 6.3 else 6e-4
    assert hh.firing_rate(float(I)) == pytest.approx(hertz, abs=tolerance)


@pytest.mark.parametrize(("I", "want"), CYCLES.items())
def test_rate_and_peak_on_the_way_to_the_block(I, want):
    """Rates and highest potentials of the cycle from 30 to 150 µA/cm²."""
    # near the block the cycle is approached slowly: 0.05 Hz at 150
    assert hh.firing_rate(float(I)) == pytest.approx(want[0], abs=0.05)
    settled = solve(float(I), 600.0, sample_ms=None).final
    peak = solve(float(I), 20.0, state=settled, sample_ms=0.005).trace.V.max()
    assert peak == pytest.approx(want[1], abs=0.02)


def test_rates_with_the_rounded_leak():
    """E_L = -54.4: 52.272 Hz at 6.3 and 68.3138 Hz at 10 µA/cm²; rheobase 2.24095."""
    assert hh.firing_rate(6.3, ROUNDED) == pytest.approx(52.272, abs=3e-3)
    assert hh.firing_rate(10.0, ROUNDED) == pytest.approx(68.3138, abs=1e-3)
    assert hh.rheobase(ROUNDED) == pytest.approx(2.24095, abs=1e-4)


@pytest.mark.parametrize(("spikes", "I"), [(2, 5.96891), (3, 6.16777), (4, 6.21323)])
def test_current_for_a_number_of_spikes(spikes, I):
    """The currents at which a step gives a second, third and fourth spike."""
    below = solve(I - 3e-4, 300.0, sample_ms=None)
    above = solve(I + 3e-4, 300.0, sample_ms=None)
    assert (len(below.spikes), len(above.spikes)) == (spikes - 1, spikes)


def test_fold_of_the_cycles():
    """Firing goes on at 6.265 and dies out at 6.255: the fold is at 6.2603."""
    cycle = solve(7.0, 30.0, sample_ms=None, stop_at_spike=True).final
    for I, alive in [(6.265, True), (6.255, False)]:
        run = solve(I, 1000.0, state=cycle, sample_ms=None, rtol=1e-8)
        assert (np.max(run.spikes, initial=0.0) > 970.0) == alive


def test_potentials_at_the_landmarks():
    """V at the Hopf points and just above the block."""
    low, high = hh.hopf_currents()
    assert hh.equilibrium(low).V == pytest.approx(-59.654, abs=6e-4)
    assert hh.equilibrium(high).V == pytest.approx(-43.058, abs=6e-4)
    assert hh.equilibrium(156.0).V == pytest.approx(-42.978, abs=6e-4)


@pytest.mark.parametrize(
    ("I", "level"), [(62.874, 0.0), (89.893, -15.0), (99.905, -20.0)]
)
def test_firing_stops_where_the_criterion_says(I, level):
    """The cycle's peak crosses 0, -15 and -20 mV at 62.874, 89.893 and 99.905."""
    for current, above in [(I - 0.05, True), (I + 0.05, False)]:
        settled = solve(current, 500.0, sample_ms=None).final
        peak = solve(current, 20.0, state=settled, sample_ms=0.002).trace.V.max()
        assert (peak > level) == above


@pytest.mark.parametrize(("I", "count"), [(100, 2), (120, 2), (140, 1), (150, 1)])
def test_a_large_step_gives_one_spike_or_two(I, count):
    """A step to 100 or 120 is seen as two spikes, to 140 or 150 as one."""
    assert len(solve(float(I), 200.0, sample_ms=None).spikes) == count


def test_spike_is_steep_and_narrow():
    """After the pulse dV/dt runs from 311.5 to -68.96 mV/ms; half-width 1.47764 ms."""
    start = solve(pulse(20.0, 1.0), 1.0 + 1e-9, sample_ms=None).final
    trace = solve(0.0, 5.0, state=start, sample_ms=0.002, rtol=1e-10).trace
    slope = np.gradient(trace.V, trace.t)
    assert slope.max() == pytest.approx(311.5, abs=0.2)
    assert slope.min() == pytest.approx(-68.96, abs=0.2)
    t, V = solve(pulse(20.0, 1.0), 6.0, sample_ms=0.001, rtol=1e-11).trace[:2]
    half = (V.max() + hh.rest().V) / 2
    up, down = hh.spike_times(t, V, half)[0], hh.spike_times(t, -V, -half)[0]
    assert down - up == pytest.approx(1.47764, abs=1e-4)


REFRACTORY = {  # interval in ms: threshold over the first's
    **{4: 43.0, 5: 26.6, 6: 14.1, 7: 8.90, 8: 6.21, 9: 4.58, 10: 3.50, 11: 2.73},
    **{12: 2.16, 13: 1.73, 14: 1.41, 15: 1.18, 16: 1.02, 17: 0.918, 18: 0.862},
    **{19: 0.843, 20: 0.852, 22: 0.916, 25: 1.013, 30: 1.017, 40: 0.999},
}


def test_refractory_table():
    """All 21 intervals, to half a unit of the last printed digit and a hair."""
    for interval, ratio in REFRACTORY.items():
        digit = 0.1 if ratio >= 10 else 0.01 if ratio >= 1.02 else 0.001
        got = hh.refractory_threshold(float(interval))
        assert got == pytest.approx(ratio, abs=0.55 * digit), interval


@pytest.mark.parametrize(
    ("times", "interval"), [(1.1, 15.45), (1.5, 13.7), (2, 12.35), (3, 10.65), (5, 8.7)]
)
def test_first_interval_that_fires(times, interval):
    """The earliest second pulse of a given strength that fires, to 0.05 ms."""
    assert hh.refractory_threshold(interval - 0.06) > times
    assert hh.refractory_threshold(interval + 0.06) < times


@pytest.mark.parametrize(
    ("I", "peak", "after"),
    [(3.0, 39.01, 7.35), (5.0, 43.61, 5.00), (10.0, 46.80, 5.95)],
)
def test_rebound_spike(I, peak, after):
    """Peak of the rebound after 100 ms of hyperpolarization, and how long it takes."""
    trace = solve(pulse(-I, 100.0), 130.0, sample_ms=0.005).trace
    assert trace.V.max() == pytest.approx(peak, abs=0.01)
    assert trace.t[trace.V.argmax()] - 100.0 == pytest.approx(after, abs=0.01)


def test_no_rebound_below_the_threshold():
    """-2.5 µA/cm² for 100 ms gives no spike: at most -61.01 mV."""
    trace = solve(pulse(-2.5, 100.0), 130.0, sample_ms=0.01).trace
    assert trace.V.max() == pytest.approx(-61.01, abs=0.006)
    assert hh.anode_break_current(20.0) == pytest.approx(2.7917, abs=1e-4)
    held = solve(-2.7828, 200.0, sample_ms=None).final
    assert held.V == pytest.approx(-67.998, abs=1e-3)


@pytest.mark.parametrize(
    ("T", "peak", "width", "rate"),
    [
        (6.3, 40.410, 1.470, 68.32),
        (10, 38.977, 0.985, 96.32),
        (15, 35.654, 0.585, 147.1),
        (18.5, 31.915, 0.415, 188.6),
        (20, 29.825, 0.360, 204.7),
        (25, 20.266, 0.245, 0),
        (30, 5.911, 0.185, 0),
    ],
)
def test_temperature_table(T, peak, width, rate):
    """Peak, half-width and rate at seven temperatures; from 25 °C no firing."""
    membrane = Membrane(temperature_C=T)
    start = AT_ZERO._replace(V=-50.0)
    t, V = solve(0.0, 6.0, membrane=membrane, state=start, sample_ms=1e-3).trace[:2]
    # the oracle sampled every 5 µs: its peaks are up to 0.02 mV low, its widths ±0.008
    assert peak - 0.003 < V.max() < peak + 0.025
    half = (V.max() + 65) / 2 - 65
    up, down = hh.spike_times(t, V, half)[0], hh.spike_times(t, -V, -half)[0]
    assert down - up == pytest.approx(width, abs=0.008)
    # "no firing" of the oracle: no crossing of u = 50 after the first
    got = hh.firing_rate(10.0, membrane, level=-15.0)
    assert got == pytest.approx(rate, abs=0.06)


def test_lecture_slips_one_by_one():
    """Without leak 70.76 Hz at 10 µA/cm²; with 0.7 rest at -64.22 mV and 73.32 Hz."""
    assert hh.firing_rate(10.0, Membrane(g_L=0.0)) == pytest.approx(70.76, abs=0.006)
    field = hh.printed(plus_signs=False, no_leak=False, alpha_h=0.7)
    calm = solve(0.0, 400.0, field=field, state=AT_ZERO).final
    assert calm.V == pytest.approx(-64.22, abs=0.006)
    run = solve(10.0, 300.0, field=field, state=calm, sample_ms=0.005)
    assert 1000 / np.diff(run.spikes)[-1] == pytest.approx(73.32, abs=0.01)
    late = run.trace.V[run.trace.t > 100]
    assert late.max() == pytest.approx(42.1, abs=0.06)
    right = solve(10.0, 200.0, sample_ms=0.005).trace
    assert right.V[right.t > 50].max() == pytest.approx(30.4, abs=0.06)


# ---------------------------------------------------------------------- propagation


@pytest.mark.parametrize(("E_L", "K"), [(-54.4, 10.438332), (-54.4011, 10.438355)])
def test_wave_parameter_with_other_leaks(E_L, K):
    """K for the two other leak potentials of the literature."""
    got = hh.wave_parameter(Membrane(E_L=E_L, temperature_C=18.5))
    assert got == pytest.approx(K, abs=2e-6)


def test_foot_of_the_wave_grows_exponentially():
    """The foot grows as e^(μt) with μ = 10.892 per ms."""
    hot = Membrane(temperature_C=18.5)
    _, t, V = hh.shoot(10.438051, hot)
    u = V - hh.rest(hot).V
    foot = (u > 1e-3) & (u < 1e-1)
    rate = np.polyfit(t[foot], np.log(u[foot]), 1)[0]
    assert rate == pytest.approx(10.892, abs=0.02)  # the foot is not yet all linear


@pytest.mark.parametrize(
    ("dx", "dt", "velocity"),
    [
        (0.1, 0.0025, 18.5754),
        (0.05, 0.01, 18.6698),
        (0.05, 0.005, 18.6869),
        (0.05, 0.001, 18.6924),
        (0.025, 0.005, 18.7164),
    ],
)
def test_cable_discretization_table(dx, dt, velocity):
    """Velocity on five grids, as another staggered implicit cable finds it."""
    got = hh.cable(dx_cm=dx, dt_ms=dt, duration_ms=9.0).velocity
    assert got == pytest.approx(velocity, abs=2e-3)


def test_cable_velocity_scales_with_the_root_of_the_radius():
    """θ/√a is the same for a quarter, one and four times a if dx scales with √a."""
    found = []
    for factor in (0.25, 4.0):
        root = math.sqrt(factor)
        run = hh.cable(
            hh.Axon(radius_cm=0.0238 * factor),
            length_cm=16 * root,
            dx_cm=0.05 * root,
            dt_ms=0.005,
            duration_ms=9.0,
            between_cm=(6 * root, 12 * root),
        )
        found.append(run.velocity / root)
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_cable_wave_is_lower_than_the_clamped_spike():
    """The wave peaks at u = 90.575 mV, the space-clamped spike at 96.9."""
    run = hh.cable(duration_ms=7.0, record_every=4)
    # away from the stimulus; the grid of 0.25 mm and 10 µs leaves 0.02 mV
    top = run.V[:, (run.x > 5) & (run.x < 9)].max() + 65
    assert top == pytest.approx(90.575, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("T", "velocity"), [(6.3, 12.311), (25.0, 22.03), (30.0, 23.39), (32.0, 22.94)]
)
def test_cable_velocity_at_other_temperatures(T, velocity):
    """Velocity is greatest near 30 °C."""
    axon = hh.Axon(Membrane(temperature_C=T))
    got = hh.cable(axon, dt_ms=0.002, duration_ms=13.0, level=-45.0).velocity
    assert got == pytest.approx(velocity, abs=0.015)
