"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import textwrap
from typing import NamedTuple

# --- question 3: other channels, or the current instead of the conductance ---


class Law(NamedTuple):
    """Which gates the two conductances have, in the forms that the cells need."""

    story: str  # what is different in this cell
    formulas: str
    potassium: str  # Python, without the largest conductance
    sodium: str
    potassium_hint: str
    sodium_hint: str


LAWS = {
    "squid": Law(
        "",
        r"g_K(t)=\bar g_K\,n^4,\qquad g_{Na}(t)=\bar g_{Na}\,m^3h",
        "n**4",
        "m**3 * h",
        "Potassium has one gate, n, to the fourth power.",
        "Sodium: m to the third power times h, each with its own time constant.",
    ),
    "pronase": Law(
        "The enzyme pronase has eaten the part of the sodium channels that shuts them.",
        r"g_K(t)=\bar g_K\,n^4,\qquad g_{Na}(t)=\bar g_{Na}\,m^3",
        "n**4",
        "m**3",
        "Potassium has one gate, n, to the fourth power.",
        "Sodium has lost its gate h: m to the third power is all, and after the jump "
        "nothing shuts it.",
    ),
    "a-type": Law(
        "In this cell potassium channels shut as sodium channels do, by the same gate.",
        r"g_K(t)=\bar g_K\,n^4h,\qquad g_{Na}(t)=\bar g_{Na}\,m^3h",
        "n**4 * h",
        "m**3 * h",
        "Potassium has two gates here, n and h, each with its own time constant.",
        "Sodium: m to the third power times h, the h that potassium has as well.",
    ),
    "persistent": Law(
        "In this cell a tenth of the sodium channels never shuts.",
        r"g_K(t)=\bar g_K\,n^4,\qquad g_{Na}(t)=\bar g_{Na}\,m^3\,(0.9\,h+0.1)",
        "n**4",
        "m**3 * (0.9 * h + 0.1)",
        "Potassium has one gate, n, to the fourth power.",
        "Sodium: a tenth of the channels has the gate m only, the others have m and h, "
        "each gate with its own time constant.",
    ),
}


def q3(rng):
    """The voltage clamp with one of four laws, as conductances or as currents."""
    forms = [(law, what) for law in LAWS for what in ("conductance", "current")]
    law, what = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    story, formulas, potassium, sodium, *hints = LAWS[law]
    always = "Every gate starts at its steady state for V_hold and runs to the one for V_step."
    if what == "current":
        returns = "Returns `(IK, INa)`, µA/cm², each of the shape of `t`"
        extra = (
            "What is asked for are the **currents** $I_K=g_K\\,(V-E_K)$ and "
            "$I_{Na}=g_{Na}\\,(V-E_{Na})$, where V is `V_hold` for $t\\le0$. "
        )
        names, unit = ("IK", "INa"), "µA/cm²"
        voltage = "V = np.where(np.asarray(t) > 0, V_step, V_hold)\n    "
        factors = (" * (V - E_K)", " * (V - E_Na)")
        always += " The driving force has no memory: it jumps with V, just after t = 0."
    else:
        returns = "Returns `(gK, gNa)`, mS/cm², each of the shape of `t`"
        extra, names, unit, voltage = "", ("gK", "gNa"), "mS/cm²", ""
        factors = ("", "")
    text = f"""## 3. The voltage clamp (2 points)

{story or "As in 1952."} The membrane was held at one voltage for a long time, then jumped to another at $t=0$, and one watched the conductances

$${formulas} .$$

{extra}After the jump every gate runs exponentially from its old steady state to its new one, so the answer has a closed form: no simulation is needed.

**Write** `clamp(t, V_hold, V_step)`. `t`: array of times in ms, where $t\\le0$ means before the jump; `V_hold`, `V_step`: numbers, mV. {returns}. Call `rates` and `gate`."""
    body = f"""def clamp(t, V_hold, V_step):
    \"\"\"{names[0]} and {names[1]} in {unit} after a jump of the voltage at t = 0.\"\"\"
    ### BEGIN SOLUTION
    since = np.maximum(t, 0.0)  # before the jump the gates are where they were
    old, new = rates(V_hold), rates(V_step)
    gates = []
    for k in (0, 2, 4):
        start, _ = gate(old[k], old[k + 1])
        end, tau = gate(new[k], new[k + 1])
        gates.append(end + (start - end) * np.exp(-since / tau))
    n, m, h = gates
    {voltage}gK, gNa = g_K * {potassium}, g_Na * {sodium}
    return gK{factors[0]}, gNa{factors[1]}
    ### END SOLUTION"""
    right = f"""def right(t, hold, step):
    V = np.where(t > 0, step, hold)
    gates = []
    for a, b in [
        (lambda v: 0.1 / exprel(-(v + 55) / 10), lambda v: np.exp(-(v + 65) / 80) / 8),
        (lambda v: 1 / exprel(-(v + 40) / 10), lambda v: 4 * np.exp(-(v + 65) / 18)),
        (
            lambda v: 0.07 * np.exp(-(v + 65) / 20),
            lambda v: 1 / (1 + np.exp(-(v + 35) / 10)),
        ),
    ]:
        start, end = a(hold) / (a(hold) + b(hold)), a(step) / (a(step) + b(step))
        decay = np.exp(-np.maximum(t, 0) * (a(step) + b(step)))
        gates.append(end + (start - end) * decay)
    n, m, h = gates
    gK, gNa = 36 * {potassium}, 120 * {sodium}
    return gK{factors[0].replace("E_K", "-77.0")}, gNa{factors[1].replace("E_Na", "50.0")}"""
    return {
        "q3-text": text,
        "q3": body,
        "q3-test1": _clamp_test(0, names[0], right, "(60,)"),
        "q3-test1-hint": f"{hints[0]} {always}",
        "q3-test2": _clamp_test(1, names[1], right, "(4, 15)"),
        "q3-test2-hint": f"{hints[1]} {always}",
        "q3-picture": "# Not marked: draw your clamp for a jump from -65 to -39 mV.",
    }


def _clamp_test(which, name, right, shape):
    return f"""t = np.array([-1.0, 0.0, 200.0])
result = clamp(t, -65.0, -39.0)
assert result is not None and len(result) == 2, "clamp must return two arrays"
value = np.asarray(result[{which}])
assert value.shape == (3,), (
    f"for three times {name} should have shape (3,) and has {{value.shape}}"
)
assert value[0] == value[1], "up to t = 0 nothing has moved yet"
assert abs(value[2] - value[1]) > 1e-9, f"after the jump {name} changes; yours does not"
### BEGIN HIDDEN TESTS
from scipy.special import exprel


{right}


for _ in range(5):
    hold, step = (float(v) for v in rng.uniform(-90, 40, 2))
    t = rng.uniform(-2, 15, {shape})
    before = t.copy()
    value = np.asarray(clamp(t, hold, step)[{which}])
    assert value.shape == before.shape
    assert np.allclose(value, right(before, hold, step)[{which}], rtol=1e-7, atol=1e-10)
    assert (t == before).all()
### END HIDDEN TESTS"""


# --- question 7: another direction, or what happens at the crossing ---

WAYS = {
    "upwards": ("V[k] < level <= V[k+1]", "(V[:-1] < level) & (V[1:] >= level)"),
    "downwards": ("V[k] >= level > V[k+1]", "(V[:-1] >= level) & (V[1:] < level)"),
    "either way": (
        "(V[k] < level) != (V[k+1] < level)",
        "(V[:-1] < level) != (V[1:] < level)",
    ),
}


class Gives(NamedTuple):
    """What is asked for at a crossing."""

    draw: str  # ends "draw a straight line and take"
    returned: str
    answer: str  # Python
    hint: str
    edge: str = ""  # one more case to think of


GIVES = {
    "time": Gives(
        "the time at which it meets the level",
        "the interpolated time, ms",
        "times",
        "Interpolate: the fraction of the interval is (level - V[k]) / (V[k+1] - V[k]), and the interval may have any length.",
    ),
    "speed": Gives(
        "its slope, the speed with which V crosses",
        "the slope of that line, mV/ms",
        "slope",
        "The slope is that of the line between the two samples, with its sign; the interval may have any length.",
    ),
    "gap": Gives(
        "the time since the crossing before, both interpolated",
        "the time between each crossing and the one before, ms, so one fewer than "
        "there are crossings",
        "times[1:] - times[:-1]",
        "First all crossings, interpolated inside intervals of any length; then each minus the one before.",
        ", a single crossing",
    ),
}


def q7(rng):
    """Crossings up, down or both, and their times, slopes or distances."""
    forms = [(way, gives) for way in WAYS for gives in GIVES]
    way, gives = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    condition, mask = WAYS[way]
    draw, returned, answer, hint, edge = GIVES[gives]
    text = f"""## 7. Crossing a level (2 points)

V crosses a level *{way}*, and that is almost never at a sample. Between the last sample on one side and the first on the other, draw a straight line and take {draw}.

**Write** `spike_times(t, V, level)` (the name is the one of the published course). `t`: increasing times, shape (K,), ms, not necessarily equally spaced; `V`: the voltages there, mV; `level`: a number. Returns an array: for every k with `{condition}`, in order, {returned}. Where there is nothing to return, an empty array."""
    body = f"""def spike_times(t, V, level):
    \"\"\"What happens where V crosses the level {way}.\"\"\"
    ### BEGIN SOLUTION
    t, V = np.asarray(t, dtype=float), np.asarray(V, dtype=float)
    k = np.flatnonzero({mask})
    slope = (V[k + 1] - V[k]) / (t[k + 1] - t[k])
    times = t[k] + (level - V[k]) / slope
    return {answer}
    ### END SOLUTION"""
    right = f"""def right(t, V, level):
    times, slopes = [], []
    for k in range(len(t) - 1):
        if {condition.replace("k+1", "k + 1")}:
            slopes.append((V[k + 1] - V[k]) / (t[k + 1] - t[k]))
            times.append(t[k] + (level - V[k]) / slopes[-1])
    times, slope = np.array(times), np.array(slopes)
    return {answer}"""
    test1 = f"""t = np.array([0.0, 1.0, 2.0, 4.0, 5.0, 6.0])
V = np.array([-10.0, -10.0, 30.0, -10.0, 10.0, -30.0])
result = np.asarray(spike_times(t, V, 0.0))
assert result.ndim == 1, f"an array of one axis is asked for; yours: {{result}}"
### BEGIN HIDDEN TESTS
{right}


assert np.allclose(result, right(t, V, 0.0))
for _ in range(10):
    count = int(rng.integers(20, 60))
    t = np.cumsum(rng.uniform(0.01, 0.5, count))
    V = rng.uniform(-80, 40, count)
    level = float(rng.uniform(-40, 20))
    before = t.copy(), V.copy()
    expected = right(t, V, level)
    value = np.asarray(spike_times(t, V, level))
    assert value.shape == expected.shape
    assert np.allclose(value, expected, rtol=1e-9, atol=1e-9)
    assert (t == before[0]).all() and (V == before[1]).all()
### END HIDDEN TESTS"""
    test2 = f"""t = np.array([0.0, 1.0, 2.0])
assert len(spike_times(t, np.array([5.0, 4.0, 3.0]), 0.0)) == 0, (
    "a trace that stays above the level never crosses it: return an empty array"
)
### BEGIN HIDDEN TESTS
{right}


t = np.sort(rng.uniform(0, 10, 6))
level = float(rng.integers(-30, 30))
for steps in [
    [-1, 0, 1, 0, -1, -2],  # a sample exactly at the level
    [-1, 0, -1, 0, 1, -2],
    [1, 2, 3, 2, 1, 0],
    [0, 1, 2, 1, 0, 1],
    [-2, 2, -2, -2, -1, 1],  # the last interval
    [1, -1, 1, 1, 1, -1],  # the first interval
]:
    V = level + np.array(steps, dtype=float)
    expected = right(t, V, level)
    value = np.asarray(spike_times(t, V, level))
    assert value.shape == expected.shape
    assert np.allclose(value, expected, rtol=1e-9, atol=1e-9)
### END HIDDEN TESTS"""
    return {
        "q7-text": text,
        "q7": textwrap.dedent(body),
        "q7-test1": test1,
        "q7-test1-hint": hint,
        "q7-test2": test2,
        "q7-test2-hint": f"The edges: no crossing at all{edge}, a sample exactly at the level, a trace that starts or ends there, a crossing in the first or the last interval.",
        "q8-picture": "# Not marked: the picture of the published course needs times.",
    }
