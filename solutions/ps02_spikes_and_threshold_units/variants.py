"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import math

# --- question 1: other membranes, and the time between two spikes ---

# name -> (story, equation and reset, least drive R I that never fires,
#          period in ms as Python of the drive `a`, the same by another road,
#          sentence on the way from reset to threshold)
NEURONS = {
    "leaky": (
        "The leaky integrate-and-fire neuron is a bucket with a leak:",
        r"\tau\,\frac{dV}{dt}=-V+R\,I,\qquad V\ge\theta:\ \text{a spike, then } V=0 \text{ for the refractory time } t_\text{ref}.",
        "theta",
        "tau * np.log(a / (a - theta))",
        "-tau * np.log1p(-theta / a)",
        r"Under a constant current $V$ runs from 0 along $R I\,(1-e^{-t/\tau})$.",
    ),
    "perfect": (
        "The *perfect* integrator is a bucket without a leak:",
        r"\tau\,\frac{dV}{dt}=R\,I,\qquad V\ge\theta:\ \text{a spike, then } V=0 \text{ for the refractory time } t_\text{ref}.",
        "0.0",
        "tau * theta / a",
        "theta / (a / tau)",
        "Under a constant current $V$ is a straight line in time.",
    ),
    "half": (
        "This neuron is a leaky bucket that a spike empties only half:",
        r"\tau\,\frac{dV}{dt}=-V+R\,I,\qquad V\ge\theta:\ \text{a spike, then } V=\tfrac12\theta \text{ for the refractory time } t_\text{ref}.",
        "theta",
        "tau * np.log((a - theta / 2) / (a - theta))",
        "-tau * np.log1p(-theta / 2 / (a - theta / 2))",
        r"Under a constant current $V$ runs from $\tfrac12\theta$ towards $R I$, and its distance from there shrinks as $e^{-t/\tau}$.",
    ),
    "below": (
        "After a spike this leaky bucket is pulled as far below rest as the threshold lies above it:",
        r"\tau\,\frac{dV}{dt}=-V+R\,I,\qquad V\ge\theta:\ \text{a spike, then } V=-\theta \text{ for the refractory time } t_\text{ref}.",
        "theta",
        "tau * np.log((a + theta) / (a - theta))",
        "2 * tau * np.arctanh(theta / a)",
        r"Under a constant current $V$ runs from $-\theta$ towards $R I$, and its distance from there shrinks as $e^{-t/\tau}$.",
    ),
    "quadratic": (
        "In this neuron the membrane excites itself, the more the further it is from rest, and nothing leaks:",
        r"\tau\,\frac{dV}{dt}=\frac{V^2}{\theta}+R\,I,\qquad V\ge\theta:\ \text{a spike, then } V=0 \text{ for the refractory time } t_\text{ref}.",
        "0.0",
        "tau * np.sqrt(theta / a) * np.arctan(np.sqrt(theta / a))",
        "tau * np.sqrt(theta / a) * (np.pi / 2 - np.arctan(np.sqrt(a / theta)))",
        r"Under a constant current $V$ follows a tangent: $\int\!dV/(V^2/\theta+a)=\sqrt{\theta/a}\,\arctan(V/\sqrt{\theta a})$ with $a=R I$.",
    ),
}


def q1(rng):
    """One of five neurons, and its rate or the time between two of its spikes."""
    forms = [(name, what) for name in NEURONS for what in ("rate", "interval")]
    name, what = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    story, equation, least, period, other, road = NEURONS[name]
    rate = what == "rate"
    least_text = r"\theta" if least == "theta" else "0"
    silent = "0.0" if rate else "np.inf"
    answer = "1000 / period" if rate else "period"
    asked = (
        "Returns spikes per **second**, of the shape of `I`, and 0 where the neuron is silent."
        if rate
        else "Returns **the time between two spikes** in ms (the name is the one of the published course), of the shape of `I`, and infinity, `np.inf`, where the neuron is silent."
    )
    doc = (
        "Spikes per second (Hz) of the neuron under current I."
        if rate
        else "Time between two spikes (ms) of the neuron under current I."
    )
    text = f"""## 1. How fast does it fire? (3 points)

{story}

$${equation}$$

{road} Ask on paper when it is $\\theta$; add $t_\\text{{ref}}$; you have the time between two spikes. If $R I\\le{least_text}$ the neuron never gets there and stays silent.

**Write** `rate(I, tau, R, theta, refractory)`. `I`: array (or number), nA; `tau` and `refractory`: ms; `R`: MΩ; `theta`: mV. {asked}"""
    body = f"""def rate(I, tau, R, theta, refractory):
    \"\"\"{doc}\"\"\"
    ### BEGIN SOLUTION
    drive = R * np.asarray(I, dtype=float)
    fires = drive > {least}
    a = np.where(fires, drive, theta + 1.0)  # where() computes both branches
    period = refractory + {period}
    return np.where(fires, {answer}, {silent})
    ### END SOLUTION"""
    right = f"""def right(I, tau, R, theta, refractory):
    a = R * I
    if a <= {least}:
        return {silent}
    period = refractory
    period += {other}
    return {answer}"""
    wait = {
        "leaky": 10 * math.log(4),
        "perfect": 7.5,
        "half": 10 * math.log(12.5 / 5),
        "below": 10 * math.log(7),
        "quadratic": 10 * math.sqrt(0.75) * math.atan(math.sqrt(0.75)),
    }[name]
    begin = {"half": "7.5 mV", "below": "-15 mV"}.get(name, "0")
    unit = "Hz" if rate else "ms"
    value, deaf = (wait + 2, wait) if not rate else (1000 / (wait + 2), 1000 / wait)
    scale = (
        f"""assert abs(value - {value / 1000:.5f}) > {value / 1e6:.1g}, (
    "{value / 1000:.3f} is the number of spikes per millisecond; Hz means per second"
)
"""
        if rate
        else f"""assert abs(value - {1000 / value:.4f}) > 0.01, (
    "{1000 / value:.2f} is the rate in Hz; the time between two spikes is asked for"
)
"""
    )
    test1 = f"""value = rate(2.0, 10.0, 10.0, 15.0, 2.0)
assert value is not None, "rate must return a number"
value = float(value)
{scale}assert abs(value - {deaf:.4f}) > 0.01, (
    "{deaf:.2f} {unit} is the answer without the refractory time of 2 ms"
)
assert abs(value - {value:.6f}) < 1e-4, (
    "2 nA into 10 MΩ drive with 20 mV; from {begin} to 15 mV it takes {wait:.3f} ms, "
    f"2 ms are added: {value:.2f} {unit}. Yours: {{value:.4f}}"
)
### BEGIN HIDDEN TESTS
{right}


for _ in range(30):
    tau, R, theta, refractory = (float(v) for v in rng.uniform(1, 20, 4))
    I = theta / R * float(rng.uniform(1.01, 6))
    expected = right(I, tau, R, theta, refractory)
    assert np.allclose(rate(I, tau, R, theta, refractory), expected, rtol=1e-8, atol=0)
expected = right(2.0, 10.0, 10.0, 15.0, 0.0)
assert np.allclose(rate(2.0, 10.0, 10.0, 15.0, 0.0), expected, rtol=1e-8)
### END HIDDEN TESTS"""
    low, weak = ("1.0", 10) if least == "theta" else ("-1.0", -10)
    never = (
        "1 nA into 10 MΩ reach 10 mV, never 15"
        if least == "theta"
        else "-1 nA pull the membrane down, away from the threshold"
    )
    said = "0" if rate else "infinity"
    faint = "1.0 + 1e-9, 1.5" if least == "theta" else "0.01, 0.9"
    edge = "1.5" if least == "theta" else "0.0"
    test2 = f"""value = float(rate({low}, 10.0, 10.0, 15.0, 2.0))
assert value == value, (
    "{never}: the answer is {said}, "
    "yours is nan (what the formula says where it does not apply)"
)
assert value == {"0" if rate else "np.inf"}, (
    f"{weak} mV of drive never make it fire: the answer is {said}; yours: {{value:.4f}}"
)
### BEGIN HIDDEN TESTS
{right}


for _ in range(20):
    tau, R, theta, refractory = (float(v) for v in rng.uniform(1, 20, 4))
    limit = {least} / R
    silent = limit - float(theta / R * rng.uniform(0.001, 3))
    assert rate(silent, tau, R, theta, refractory) == {silent}
    for share in ({faint}):
        value = float(rate(theta / R * share, tau, R, theta, refractory))
        expected = right(theta / R * share, tau, R, theta, refractory)
        assert 0 < value < np.inf and np.allclose(value, expected, rtol=1e-5)
assert rate({edge}, 10.0, 10.0, 15.0, 2.0) == {silent}  # exactly at the limit
assert rate(-2, 10, 10, 15, 2) == {silent}
### END HIDDEN TESTS"""
    test3 = f"""I = np.array([-1.0, 0.0, 2.0, 3.0])
value = np.asarray(rate(I, 10.0, 10.0, 15.0, 2.0))
assert value.shape == (4,), (
    f"for four currents there should be shape (4,) and there is {{value.shape}}"
)
for k, current in enumerate([-1.0, 0.0, 2.0, 3.0]):
    single = float(rate(current, 10.0, 10.0, 15.0, 2.0))
    assert value[k] == single or abs(value[k] - single) < 1e-9, (
        f"for {{current}} nA alone you return {{single:.4f}} {unit}, in an array "
        f"{{value[k]:.4f}} {unit}"
    )
assert (I == [-1.0, 0.0, 2.0, 3.0]).all(), "rate changed the array it was given"
### BEGIN HIDDEN TESTS
{right}


I = rng.uniform(-1, 8, (3, int(rng.integers(4, 9))))
I[0, 0], I[1, 1] = -0.5, 6.0
before = I.copy()
value = np.asarray(rate(I, 9.0, 10.0, 15.0, 1.5))
assert value.shape == before.shape and (I == before).all()
expected = [right(float(i), 9.0, 10.0, 15.0, 1.5) for i in before.ravel()]
assert np.allclose(value.ravel(), expected, rtol=1e-8, atol=1e-12)
whole = np.asarray(rate(np.array([1, 2, 3]), 10.0, 10.0, 15.0, 2.0))
expected = [right(i, 10.0, 10.0, 15.0, 2.0) for i in (1, 2, 3)]
assert np.allclose(whole, expected, rtol=1e-8, atol=1e-12)
### END HIDDEN TESTS"""
    label = "rate (Hz)" if rate else "time between spikes (ms)"
    return {
        "q1-text": text,
        "q1": body,
        "q1-test1": test1,
        "q1-test1-hint": "Solve for the time from the reset to theta, add the refractory time, and mind the unit of what is asked for.",
        "q1-test2": test2,
        "q1-test2-hint": f"Where R I does not exceed {least.replace('.0', '')} the formula has nothing to say: the answer there is {said}, not nan and not an error.",
        "q1-test3": test3,
        "q1-picture": f"""# Not marked: your curve, for three refractory times.
I = np.linspace(0, 6, 301)
figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
for refractory, style in ((0.0, "--"), (2.0, "-"), (8.0, ":")):
    axes.plot(
        I, rate(I, 10.0, 10.0, 15.0, refractory), style, label=f"{{refractory:g}} ms deaf"
    )
axes.set(xlabel="current (nA)", ylabel="{label}")
axes.legend()
plt.show()""",
    }


# --- question 5: what a line of the table means, and in which numbers ---

# name -> (what units and inputs are, values of an input, hidden and output of run_net,
#          the unit that fires at one row, solution's hidden layer and output bias)
UNITS = {
    "zeros and ones": (
        "The later unit has weights: it answers 1 if $w\\cdot x+b\\ge0$, else 0, and inputs are 0 or 1, too.",
        (0, 1),
        "",
        "Plus one for each 1, minus one for each 0: the sum is 2 at 101 and at most 1 elsewhere.",
        "0.5 - (rows == 1).sum(axis=1)",
        "-0.5",
    ),
    "inputs of two signs": (
        "The later unit has weights: it answers 1 if $w\\cdot x+b\\ge0$, else 0. In this network a binary **input** is sent as $+1$ (for 1) or $-1$ (for 0); hidden units and the output still answer 1 and 0.",
        (-1, 1),
        "",
        "The inputs are then $+1,-1,+1$. Plus one for each $+1$, minus one for each $-1$: the sum is 3 there and at most 1 elsewhere.",
        "np.full(len(rows), 1.0 - n)",
        "-0.5",
    ),
    "signs": (
        "In this network everything is a sign: inputs, hidden units and the output are $+1$ (for 1) or $-1$ (for 0), and a unit answers $+1$ if $w\\cdot x+b\\ge0$, else $-1$.",
        (-1, 1),
        ", hidden=sign, output=sign",
        "The inputs are then $+1,-1,+1$. Plus one for each $+1$, minus one for each $-1$: the sum is 3 there and at most 1 elsewhere. And what do the *other* hidden units tell the output?",
        "np.full(len(rows), 1.0 - n)",
        "len(rows) - 1.0",
    ),
}


def q5(rng):
    """Bits or signs, the first digit leading or not, rows that fire or rows that veto."""
    forms = [(u, o, v) for u in UNITS for o in (True, False) for v in (1, 0)]
    units, leading, fires = forms[1 + int(rng.integers(len(forms) - 1))]
    says, values, how, weights, hidden_bias, output_bias = UNITS[units]
    no = -1 if units == "signs" else 0
    sign = "def sign(s):\n    return 2 * step(s) - 1\n\n\n" if how else ""
    digit = "leading" if leading else "**last**"
    order = "" if leading else "[:, ::-1]"
    means = (
        "is the answer for"
        if fires
        else f"is 1 if the network is to be **silent** (answer ${no}$) and 0 if it is to answer $1$, for"
    )
    what = (
        "give each row of the table whose answer is 1 a hidden unit"
        if fires
        else "give each row in which the network must not be silent a hidden unit"
    )
    name = "XOR" if fires else "XOR, which is silent where the inputs are equal,"
    xor = [0, 1, 1, 0] if fires else [1, 0, 0, 1]
    run = f"`run_net(layers, x{how})`" + (
        ", with `sign = lambda s: 2 * step(s) - 1`," if how else " from the first cell"
    )
    text = f"""## 5. Any truth table in two layers (2 points)

{says} One such unit cannot compute XOR (the inputs differ). Two layers can compute **every** Boolean function: {what} that fires for this row and for no other, and let the output unit ask whether at least one of them fires.

Which weights fire for 101 only? {weights}

**Write** `logic_net(table)`. `table`: a list of $2^n$ zeros and ones ($n\\ge1$); entry $r$ {means} the inputs that are the binary digits of $r$, the first input being the {digit} digit, so {name} is `{xor}`. Returns the two layers `[(W1, b1), (W2, b2)]` of a network of such units with $n$ inputs, at most $2^n$ hidden units, and one output. {run} runs it."""
    body = f"""def logic_net(table):
    \"\"\"Two layers [(W1, b1), (W2, b2)] of threshold units that compute the table.\"\"\"
    ### BEGIN SOLUTION
    n = len(table).bit_length() - 1
    rows = np.array(list(product((0, 1), repeat=n))){order}
    rows = rows[np.array(table) == {fires}]
    hidden = 2 * rows - 1, {hidden_bias}
    output = np.ones((1, len(rows))), np.array([{output_bias}])
    return [hidden, output]
    ### END SOLUTION"""
    helper = f"""def answers(layers, n):
    digit = {"np.arange(n)[::-1]" if leading else "np.arange(n)"}
    bits = np.arange(2**n)[:, None] >> digit & 1  # inputs of row r of the table
    return run_net(layers, np.choose(bits, {values}){how})


def right(table):
    return [{1 if fires else no} if entry else {no if fires else 1} for entry in table]"""
    yes = {1: 1, 0: no}

    def out(table):
        return [yes[entry if fires else 1 - entry] for entry in table]

    digits = ["".join("01"[b] for b in (r >> 1, r & 1)) for r in range(4)]
    if not leading:
        digits = [d[::-1] for d in digits]
    sent = (
        "" if values == (0, 1) else " (that is, +1 for each 1 and -1 for each 0 there)"
    )
    one = [0, 0, 1, 0]
    swapped = out([0, 1, 0, 0])
    parity = [0, 1, 1, 0, 1, 0, 0, 1]
    test1 = f"""{sign}{helper}


layers = logic_net({xor})
assert layers is not None and len(layers) == 2, (
    "logic_net must return two layers, [(W1, b1), (W2, b2)]"
)
value = answers(layers, 2)
assert value.shape == (4, 1), (
    f"the net must have one output; yours has {{value.shape[1]}}"
)
value = value[:, 0].astype(int).tolist()
assert value == {out(xor)}, (
    "XOR is {out(xor)} for the inputs {", ".join(digits)}"
    f"{sent}; your net says {{value}}"
)
value = answers(logic_net({one}), 2)[:, 0].astype(int).tolist()
assert value == {out(one)}, (
    "{one} is {out(one)} for the inputs {", ".join(digits)}"
    f"{sent}; your net says {{value}}"
    + (". The first input is the {digit.strip("*")} digit" if value == {swapped} else "")
)
### BEGIN HIDDEN TESTS
for table in product((0, 1), repeat=4):
    layers = logic_net(list(table))
    assert len(layers) == 2 and np.size(layers[0][1]) <= 4
    value = answers(layers, 2)
    assert value.shape == (4, 1) and value[:, 0].tolist() == right(table)
### END HIDDEN TESTS"""
    test2 = f"""{sign}{helper}


table = {parity}  # three inputs
value = answers(logic_net(table), 3)[:, 0].astype(int).tolist()
assert value == {out(parity)}, (
    "for three inputs and this table the answers should be "
    f"{out(parity)}; your net says {{value}}"
)
### BEGIN HIDDEN TESTS
for n in (1, 3, 4, 5):
    tables = [rng.integers(0, 2, 2**n) for _ in range(4)]
    for table in [*tables, np.zeros(2**n, int), np.ones(2**n, int)]:
        table = [int(v) for v in table]
        layers = logic_net(list(table))
        assert len(layers) == 2 and np.size(layers[0][1]) <= 2**n
        value = answers(layers, n)
        assert value.shape == (2**n, 1) and value[:, 0].tolist() == right(table)
### END HIDDEN TESTS"""
    return {
        "q5-text": text,
        "q5": body,
        "q5-test1": test1,
        "q5-test1-hint": "Two inputs, sixteen tables: run your net on all four inputs and compare, hidden unit by hidden unit; mind what an entry of the table means here.",
        "q5-test2": test2,
    }
