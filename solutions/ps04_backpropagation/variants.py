"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import math

# --- question 2: another loss, another third unit ---

# name -> (formula of E, Python of its slope from r = y - t, the slope as a function)
LOSSES = {
    "squared": (
        r"$E = \tfrac12 (y - t)^2$, so $\delta = (y - t)\,\varphi'(s)$",
        "r",
        lambda r: r,
    ),
    "quartic": (
        r"$E = \tfrac14 (y - t)^4$, so that small mistakes hardly count; multiply its slope by $\varphi'(s)$",
        "r**3",
        lambda r: r**3,
    ),
    "logcosh": (
        r"$E = \ln\cosh(y - t)$, which grows like $|y-t|$ for large mistakes; multiply its slope by $\varphi'(s)$",
        "np.tanh(r)",
        math.tanh,
    ),
    "root": (
        r"$E = \sqrt{1 + (y - t)^2} - 1$, which grows like $|y-t|$ for large mistakes; multiply its slope by $\varphi'(s)$",
        "r / np.sqrt(1 + r * r)",
        lambda r: r / math.sqrt(1 + r * r),
    ),
}
# name -> (formula, Python of y from s, of its slope from y or s, the same for the tests,
#          the sum s at which the unit says 0.73, the slope there)
UNITS = {
    "softsign": (
        r"$y = s/(1 + |s|)$",
        "s / (1 + np.abs(s))",
        "(1 - np.abs(y)) ** 2",
        "1 / (1 + np.abs(s)) ** 2",
        "0.73 / 0.27",
        0.27**2,
    ),
    "arctan": (
        r"$y = \tfrac2\pi\arctan s$",
        "2 / np.pi * np.arctan(s)",
        "2 / np.pi / (1 + s * s)",
        "2 / np.pi * np.cos(np.arctan(s)) ** 2",
        "np.tan(0.365 * np.pi)",
        2 / math.pi * math.cos(0.365 * math.pi) ** 2,
    ),
    "softplus": (
        r"$y = \ln(1 + e^{s})$, which is never negative, like a rate",
        "np.log(1 + np.exp(s))",
        "1 - np.exp(-y)",
        "0.5 + 0.5 * np.tanh(s / 2)",
        "np.log(np.exp(0.73) - 1)",
        1 - math.exp(-0.73),
    ),
}


def q2(rng):
    """One of four losses with one of three new units; never the logistic one."""
    forms = [(loss, unit) for loss in LOSSES for unit in UNITS]
    loss, unit = forms[int(rng.integers(len(forms)))]
    formula, slope, number = LOSSES[loss]
    says, answer, own, again, at, own_number = UNITS[unit]
    text = f"""## 2. The delta of the output (2 points)

A face detector answers $y = 0.73$ for a face, whose target is 1. What is $\\delta = \\partial E/\\partial s$? That depends on the unit, $y = \\varphi(s)$, and on the loss. The units are `"linear"` ($y = s$), `"tanh"`, and `"{unit}"`: {says}. The losses:

- `"{loss}"`: {formula}, for each of the three units.
- `"matched"`: the loss whose slope cancels $\\varphi'$. For each of the three units there is one, $E = \\int\\varphi\\,ds - t\\,s$, and then $\\delta = y - t$.

**Write** `output_delta(s, t, unit, loss)`. `s`, `t`: arrays of one shape; `unit`, `loss`: the words above. Returns $\\delta$, of the shape of `s`. It is given $s$, not $y$."""
    body = f"""def output_delta(s, t, unit, loss):
    \"\"\"dE/ds of output units; unit: linear, tanh, {unit}; loss: {loss}, matched.\"\"\"
    ### BEGIN SOLUTION
    y = {{"linear": s, "tanh": np.tanh(s), "{unit}": {answer}}}[unit]
    r = y - t
    if loss == "matched":
        return r
    slope = {{"linear": 1.0, "tanh": 1 - y * y, "{unit}": {own}}}[unit]
    return {slope} * slope
    ### END SOLUTION"""
    first = number(-0.27)
    slopes = {"linear": 1.0, "tanh": 1 - 0.73**2, unit: own_number}
    known = ", ".join(f'"{u}": {first * own:.7g}' for u, own in slopes.items())
    sums = f'{{"linear": 0.73, "tanh": np.arctanh(0.73), "{unit}": {at}}}'
    other = (
        ""
        if loss == "squared"
        else """        + (
            "; that belongs to half the square"
            if unit == "linear" and np.allclose(value, -0.27)
            else ""
        )
"""
    )
    test1 = f"""face = {sums}
for unit, right in {{{known}}}.items():
    value = output_delta(np.array([[face[unit]]]), np.array([[1.0]]), unit, "{loss}")
    assert value is not None, "output_delta returned nothing"
    assert np.allclose(value, right, rtol=1e-5), (
        f"a {{unit}} unit that says 0.73 for 1 has the delta {{right:.4g}}; "
        f"yours: {{np.ravel(value)[0]:.4g}}"
        + ("; that has the wrong sign" if np.allclose(value, -right) else "")
        + (
            "; that lacks the unit's slope"
            if unit != "linear" and np.allclose(value, {first:.7g})
            else ""
        )
{other}    )
### BEGIN HIDDEN TESTS
s, t = rng.normal(0, 2, (2, 6, 3))
for unit, y, own in (
    ("linear", s, 1.0),
    ("tanh", np.tanh(s), 1 / np.cosh(s) ** 2),
    ("{unit}", {answer}, {again}),
):
    r = y - t
    value = output_delta(s, t, unit, "{loss}")
    assert np.shape(value) == (6, 3)
    assert np.allclose(value, {slope} * own, rtol=1e-8)
### END HIDDEN TESTS"""
    test2 = f"""face = {sums}
for unit, s in face.items():
    value = output_delta(np.array([s]), np.array([1.0]), unit, "matched")
    assert np.allclose(value, -0.27, rtol=1e-9), (
        f"a {{unit}} unit with its matched loss has the delta y - t = -0.27; "
        f"yours: {{np.ravel(value)[0]:.4g}}"
    )
### BEGIN HIDDEN TESTS
s, t = rng.normal(0, 2, (2, 5, 2))
before = s.copy(), t.copy()
for unit, y in (("linear", s), ("tanh", np.tanh(s)), ("{unit}", {answer})):
    value = output_delta(s, t, unit, "matched")
    assert np.shape(value) == (5, 2)
    assert np.allclose(value, y - t, rtol=1e-9)
assert (s == before[0]).all() and (t == before[1]).all()
### END HIDDEN TESTS"""
    return {
        "q2-text": text,
        "q2": body,
        "q2-test1": test1,
        "q2-test1-hint": "The delta is the slope of the loss at y - t times the unit's own slope, each by its own formula.",
        "q2-test2": test2,
    }


# --- question 8: other cells, other orders of the blocks ---

# name -> (story, formulas, Python of the new cell, of the state; of both with the
#          gates open or shut: message when the cell keeps 0.7, when it takes tanh 3 in)
CELLS = {
    "lstm": (
        "An LSTM keeps a cell $c$ besides its state $h$. An input gate $i$ lets a candidate $g$ in, a forget gate $f$ keeps the old content, an output gate $o$ shows it:",
        r"c' = f \circ c + i \circ g, \quad h' = o \circ \tanh c'",
        "f * c + i * g",
        "o * np.tanh(c)",
        "input gate shut, forget gate open: the cell keeps 0.7",
        "input gate and forget gate open: the cell keeps 0.7 and adds tanh 3",
    ),
    "coupled": (
        "This cell $c$ saves a gate: what is forgotten makes room for exactly as much that is new. A forget gate $f$ keeps the old content or lets the candidate $g$ in, an output gate $o$ shows it:",
        r"c' = f \circ c + (1 - f) \circ g, \quad h' = o \circ \tanh c'",
        "f * c + (1 - f) * g",
        "o * np.tanh(c)",
        "forget gate open: nothing new comes in and the cell keeps 0.7",
        "forget gate shut: the cell drops its 0.7 and takes tanh 3",
    ),
    "1997": (
        "The cell $c$ of 1997 had no forget gate, so it never lost anything. An input gate $i$ lets a candidate $g$ in, an output gate $o$ shows the content:",
        r"c' = c + i \circ g, \quad h' = o \circ \tanh c'",
        "c + i * g",
        "o * np.tanh(c)",
        "input gate shut: the cell keeps 0.7",
        "input gate open: the cell adds tanh 3 to its 0.7",
    ),
    "open": (
        "This cell $c$ hides nothing: it has no output gate. An input gate $i$ lets a candidate $g$ in, a forget gate $f$ keeps the old content:",
        r"c' = f \circ c + i \circ g, \quad h' = \tanh c'",
        "f * c + i * g",
        "np.tanh(c)",
        "input gate shut, forget gate open: the cell keeps 0.7",
        "input gate and forget gate open: the cell keeps 0.7 and adds tanh 3",
    ),
    "unsquashed": (
        "An LSTM keeps a cell $c$ besides its state $h$. This one shows its content as it is. An input gate $i$ lets a candidate $g$ in, a forget gate $f$ keeps the old content, an output gate $o$ shows it:",
        r"c' = f \circ c + i \circ g, \quad h' = o \circ c'",
        "f * c + i * g",
        "o * c",
        "input gate shut, forget gate open: the cell keeps 0.7",
        "input gate and forget gate open: the cell keeps 0.7 and adds tanh 3",
    ),
}
ORDERS = {
    "lstm": ("ifgo", "iofg", "gifo"),
    "coupled": ("fgo", "ogf", "gfo"),
    "1997": ("igo", "ogi", "gio"),
    "open": ("ifg", "fig", "gif"),
    "unsquashed": ("iofg", "gifo"),
}


def q8(rng):
    """Five cells, each with its blocks in one of two or three orders."""
    forms = [(cell, order) for cell in CELLS for order in ORDERS[cell]]
    cell, order = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    story, formulas, content, state, keeps, takes = CELLS[cell]
    gates = [k for k in "ifo" if k in order]
    listed, count = ", ".join(order), len(order)
    named, sums = ", ".join(gates), ", ".join(rf"\sigma(s_{k})" for k in gates)
    number = {2: "two", 3: "three", 4: "four"}[count]
    last = "The order of the blocks is **" + listed + "**"
    text = f"""## 8. A cell with gates (2 points)

{story}

$$s = x W^\\top + h U^\\top + b, \\qquad {named} = {sums}, \\quad g = \\tanh s_g, \\qquad {formulas},$$

with $\\sigma(z) = 1/(1 + e^{{-z}})$. `W`, `U`, `b` hold the {number} blocks one below the other, H rows each. {last}.

**Write** `lstm_step(p, x, h, c)`. `p`: dict with `"W"` ({count}H, D), `"U"` ({count}H, H), `"b"` ({count}H,); `x`: (N, D); `h`, `c`: (N, H). Returns `(new_h, new_c)`, each (N, H)."""
    body = f"""def lstm_step(p, x, h, c):
    \"\"\"One step of a cell with blocks in the order {listed}. Returns (new_h, new_c).\"\"\"
    ### BEGIN SOLUTION
    s = x @ p["W"].T + h @ p["U"].T + p["b"]
    {listed} = np.split(s, {count}, axis=1)
    {named} = (1 / (1 + np.exp(-z)) for z in ({named}))
    g = np.tanh(g)
    c = {content}
    return {state}, c
    ### END SOLUTION"""

    def biases(**value):
        return "np.array([" + ", ".join(f"{value[k]:.1f}" for k in order) + "])"

    half = {k: 0.5 for k in gates}
    still = eval(content, {**half, "c": 1.0, "g": 0.0})
    shut = biases(i=-50, f=50, g=3, o=-50)
    into = biases(i=50, f=-50 if cell == "coupled" else 50, g=3, o=-50)
    taken = math.tanh(3) + (0 if cell == "coupled" else 0.7)
    test1 = f"""p = {{"W": np.zeros(({count}, 1)), "U": np.zeros(({count}, 1)), "b": np.zeros({count})}}
x = h = np.zeros((1, 1))
result = lstm_step(p, x, h, np.array([[1.0]]))
assert result is not None and len(result) == 2, "return two things: new_h and new_c"
assert np.allclose(result[1], {still}), (
    "all weights zero: every gate is half open and the candidate is 0, so c = 1 "
    f"becomes {still}; yours: {{np.ravel(result[1])}}"
)
p["b"] = {shut}
kept = lstm_step(p, x, h, np.array([[0.7]]))[1]
assert np.allclose(kept, 0.7), (
    f"{keeps}; yours: {{np.ravel(kept)}}. "
    "Are the blocks in the order {listed}?"
)
p["b"] = {into}
both = lstm_step(p, x, h, np.array([[0.7]]))[1]
assert np.allclose(both, {taken!r}), (
    "{takes}, so it holds "
    f"{taken:.4g}; yours: {{np.ravel(both)}}. Are the blocks in the order {listed}?"
)
### BEGIN HIDDEN TESTS
{_right(order, content, state)}


N, D, H = 4, 3, 2
p = {{
    "W": rng.normal(size=({count} * H, D)),
    "U": rng.normal(size=({count} * H, H)),
    "b": rng.normal(size={count} * H),
}}
x, h, c = rng.normal(size=(N, D)), rng.normal(size=(N, H)), rng.normal(size=(N, H))
kept = x.copy(), h.copy(), c.copy()
new = lstm_step(p, x, h, c)[1]
assert (x == kept[0]).all() and (h == kept[1]).all() and (c == kept[2]).all()
assert np.shape(new) == (N, H)
assert np.allclose(new, right(p, x, h, c)[1])
### END HIDDEN TESTS"""
    shown = eval(
        state.replace("np.tanh", "tanh"), {"tanh": math.tanh, "c": 0.7, "o": 0.5}
    )
    door = "an output gate half open" if "o" in order else "no gate at the exit"
    test2 = f"""p = {{
    "W": np.zeros(({count}, 1)),
    "U": np.zeros(({count}, 1)),
    "b": {biases(i=-50, f=50, g=0, o=0)},
}}
new_h, new_c = lstm_step(p, np.zeros((1, 1)), np.zeros((1, 1)), np.array([[0.7]]))
assert np.shape(new_h) == (1, 1), f"new_h has the shape of h; yours: {{np.shape(new_h)}}"
assert np.allclose(new_h, {shown!r}), (
    "{door}, a new cell of 0.7: the state is "
    f"{shown:.4g}; yours: {{np.ravel(new_h)}}"
)
### BEGIN HIDDEN TESTS
{_right(order, content, state)}


N, T, D, H = 2, 4, 3, 5
p = {{
    "W": rng.normal(size=({count} * H, D)),
    "U": rng.normal(size=({count} * H, H)),
    "b": rng.normal(size={count} * H),
}}
X = rng.normal(size=(N, T, D))
h = c = known_h = known_c = np.zeros((N, H))
for t in range(T):
    h, c = lstm_step(p, X[:, t], h, c)
    known_h, known_c = right(p, X[:, t], known_h, known_c)
    assert np.shape(h) == (N, H)
    assert np.allclose(h, known_h, rtol=1e-8)
### END HIDDEN TESTS"""
    return {
        "q8-text": text,
        "q8": body,
        "q8-test1": test1,
        "q8-test1-hint": "Look at the new cell first, and at the order of the blocks: which part of s belongs to which gate?",
        "q8-test2": test2,
        "q8-test2-hint": "The state comes from the NEW cell, by the last formula.",
        "q9-text": _BACK,
    }


def _right(order, content, state):
    gates = "".join(k for k in "ifo" if k in order)
    return f"""def right(p, x, h, c):
    s = np.einsum("nd,kd->nk", x, p["W"]) + np.einsum("nh,kh->nk", h, p["U"]) + p["b"]
    part = dict(zip("{order}", np.split(s, {len(order)}, axis=1)))
    {", ".join(gates)} = (0.5 + 0.5 * np.tanh(part[k] / 2) for k in "{gates}")
    g = np.tanh(part["g"])
    c = {content}
    return {state}, c"""


# question 9 as published, with the cell it is about written out
_BACK = r"""## 9. And back (3 points)

Now the backward pass of one step, whatever question 8 was about: of the **ordinary LSTM**

$$s = x W^\top + h U^\top + b, \qquad i, f, o = \sigma(s_i), \sigma(s_f), \sigma(s_o), \quad g = \tanh s_g, \qquad c' = f \circ c + i \circ g, \quad h' = o \circ \tanh c',$$

with the four blocks **in the order i, f, g, o**. From the step after come $\bar h$ and $\bar c$, the slopes of the error at $h'$ and $c'$. The new cell acts on the error in two ways, by itself and through $h'$:

$$\hat c = \bar c + \bar h \circ o \circ (1 - \tanh^2 c').$$

From there: $\delta_f = \hat c \circ c \circ f(1 - f)$, and $\delta_i$, $\delta_g$, $\delta_o$ alike (find them on paper); the old cell gets $\hat c \circ f$. With all $\delta$ side by side in the order i, f, g, o, the rest is a layer like any other: $\delta W$ for the input, $\delta^\top x$ for the weights, and so on.

**Write** `lstm_step_backward(p, x, h, c, grad_h, grad_c)`. `p`: dict with `"W"` (4H, D), `"U"` (4H, H), `"b"` (4H,); `x`: (N, D); `h`, `c`: (N, H), the *old* ones; `grad_h`, `grad_c`: (N, H), the slopes $\bar h$, $\bar c$. Returns a dict with the keys `"x"`, `"h"`, `"c"`, `"W"`, `"U"`, `"b"`: the slope of the error with respect to each, in its shape, summed over the N rows for the last three."""
