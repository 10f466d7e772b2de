"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import numpy as np

from course_tools.assignments.forms import fill, play, shown

# --- question 1: another search for the length, another second condition ---

# name -> task, solution, worked examples (e, value, slope, step, c1, answer, why),
# the example with a cliff, reference
SEARCHES = {
    "parabola": {
        "task": r"""Look at `step` first. If a length $a$ does not fulfil (1), then $e(0)$, $e'(0)$ and $e(a)$ say more than that: the parabola through them is lowest at

$$b=\frac{-e'(0)\,a^2}{2\,\big[e(a)-e(0)-a\,e'(0)\big]} .$$

Look at $b$ next, but at least at $a/10$ and at most at $a/2$. An `e(a)` that is not a finite number is never good enough; there look at $a/2$ next. Returns the first length that fulfils (1), or `None` if the first 40 do not.""",
        "code": """\
for _ in range(40):
    there = e(step)
    lowest = 0.5 * step
    if np.isfinite(there):
        if there <= value + c1 * step * slope:
            return step
        lowest = -slope * step**2 / (2 * (there - value - step * slope))
    step = min(max(lowest, step / 10), step / 2)
return None""",
        "examples": [
            (
                "(a - 1) ** 2, 1.0, -2.0, 3.0, 0.1",
                1.0,
                "e(a) = (a - 1)^2 from 3: e(3) = 4 is too high, the parabola of 1, -2 and 4 is e itself, lowest at 1, and 1 fulfils (1)",
            ),
            (
                "a**4 - a, 0.0, -1.0, 2.0, 0.1",
                0.2,
                "e(a) = a^4 - a from 2: e(2) = 14, the parabola is lowest at 4 / 32 = 0.125; that is less than a tenth of 2, so look at 0.2, which is good enough",
            ),
        ],
        "cliff": (
            2.0,
            0.25,
            "nan above 0.3: halve down to 0.25",
            [2.0, 1.0, 0.5, 0.25],
        ),
        "right": """\
def right(e, value, slope, step, c1):
    asked = []
    while len(asked) < 40:
        asked.append(step)
        there = e(step)
        if not np.isfinite(there):
            step = step / 2
        elif there - value <= c1 * step * slope:
            return step, asked
        else:
            bend = (there - value - slope * step) / step**2
            step = float(np.clip(-slope / (2 * bend), step / 10, step / 2))
    return None, asked""",
        "hint": "Compare e(a) with e(0) + c1 a e'(0); if that fails, the next length is where the parabola is lowest, between a tenth and a half of this one.",
    },
    "grow": {
        "task": r"""Look at `step` first. If it does not fulfil (1), go on to `step/2`, `step/4`, … and return the first that does. If it does fulfil (1), it may be needlessly short: go on to `2*step`, `4*step`, … *as long as* they fulfil (1), and return the last that did. Look at 40 lengths at most; then return the last that fulfilled (1), or `None` if none did. An `e(a)` that is not a finite number is never good enough.""",
        "code": """\
good, halved = None, False
for _ in range(40):
    there = e(step)
    if np.isfinite(there) and there <= value + c1 * step * slope:
        good, step = step, 2 * step
        if halved:
            return good
    elif good is not None:
        return good
    else:
        halved, step = True, step / 2
return good""",
        "examples": [
            (
                "(a - 1) ** 2, 1.0, -2.0, 0.3, 0.1",
                1.2,
                "e(a) = (a - 1)^2 from 0.3: at 0.3, 0.6 and 1.2 the value is 0.49, 0.16 and 0.04, low enough each time; at 2.4 it is 1.96, too high",
            ),
            (
                "(a - 1) ** 2, 1.0, -2.0, 8.0, 0.1",
                1.0,
                "e(a) = (a - 1)^2 from 8: at 8, 4, 2 the value is 49, 9, 1, none of them low enough; 1 is the first good length, and who has halved does not double",
            ),
        ],
        "cliff": (0.1, 0.2, "good at 0.1 and 0.2, nan at 0.4", [0.1, 0.2, 0.4]),
        "right": """\
def right(e, value, slope, step, c1):
    asked = []

    def good(a):
        asked.append(a)
        there = e(a)
        return np.isfinite(there) and there - value <= c1 * a * slope

    if good(step):
        while len(asked) < 40 and good(2 * step):
            step = 2 * step
        return step, asked
    while len(asked) < 40:
        step = step / 2
        if good(step):
            return step, asked
    return None, asked""",
        "hint": "Compare e(a) with e(0) + c1 a e'(0); a first length that is good enough is doubled until one is not, one that is not is halved until one is.",
    },
    "lowest": {
        "task": r"""Look at `step`, `step/2`, `step/4`, … The first that fulfils (1) is good enough, but often not the best: go on halving *as long as* $e$ gets lower than at the length before, and return the length with the lowest $e$. Look at 40 lengths at most; then return the lowest so far, or `None` if none fulfilled (1). An `e(a)` that is not a finite number is never good enough, nor lower.""",
        "code": """\
best = None
for _ in range(40):
    there = e(step)
    if best is None:
        enough = there <= value + c1 * step * slope
    else:
        enough = there < best[1]
    if np.isfinite(there) and enough:
        best = step, there
    elif best is not None:
        break
    step = step / 2
return None if best is None else best[0]""",
        "examples": [
            (
                "(a - 1) ** 2, 1.0, -2.0, 3.0, 0.1",
                0.75,
                "e(a) = (a - 1)^2 from 3: at 1.5 the value 0.25 is low enough, at 0.75 it is 0.0625, lower, and at 0.375 it is 0.39, higher again",
            ),
            (
                "(a - 1) ** 2, 1.0, -2.0, 1.5, 0.7",
                0.375,
                "with c1 = 0.7 neither 1.5 nor 0.75 falls enough; 0.375 does, and 0.1875 is higher",
            ),
        ],
        "cliff": (
            2.0,
            0.25,
            "nan above 0.3, 0.75 at 0.25, and 0.125 is no better",
            [2.0, 1.0, 0.5, 0.25, 0.125],
        ),
        "right": """\
def right(e, value, slope, step, c1):
    lengths = [step / 2**k for k in range(40)]
    values = [e(a) for a in lengths]
    good = [
        bool(np.isfinite(v)) and v - value <= c1 * a * slope
        for a, v in zip(lengths, values)
    ]
    if not any(good):
        return None, lengths
    k = good.index(True)
    while k < 39 and np.isfinite(values[k + 1]) and values[k + 1] < values[k]:
        k += 1
    return lengths[k], lengths[: k + 2]""",
        "hint": "Compare e(a) with e(0) + c1 a e'(0); from the first good length on compare each value with the one before, and return the length, not the value.",
    },
}

# name -> text, solution, what is asked twice (arguments, answer to (2), why), reference
SECONDS = {
    "weak": {
        "text": r"""Very short steps fulfil it too. The *Wolfe* conditions, the plain ones, are (1) together with a slope that has become less negative. A positive slope will do, however steep: then the valley has been crossed, and the step is certainly not too short.

$$e'(a)\ge c_2\,e'(0). \tag{2}$$""",
        "code": "slope_a >= c2 * slope",
        "right": "slope_a - c2 * slope >= 0",
        "yes": "the slope is now +1.8, and that is more than 0.5 * -2: (2) is fulfilled, however steep the other side",
        "no": (
            "1.0, -2.0, 0.5, 0.2, -1.5, 0.01, 0.5",
            "-1.5 is below 0.5 * -2 = -1: here it still falls steeply, and (2) is not fulfilled",
        ),
        "hint": "(2) compares the slopes with their signs: both sides are negative where the error still falls.",
    },
    "values": {
        "text": r"""Very short steps fulfil it too. *Goldstein's* conditions are (1) together with a bound from below that needs no second slope: on a step that is long enough the error no longer falls by nearly all that the slope promised,

$$e(a)\ge e(0)+c_2\,a\,e'(0),\qquad c_1<c_2<1. \tag{2}$$""",
        "code": "value_a >= value + c2 * a * slope",
        "right": "(value - value_a) / a <= -c2 * slope",
        "yes": "0.81 is above 1 - 0.5 * 1.9 * 2 = -0.9: the step is long enough, (2) is fulfilled, and the slope at a does not matter",
        "no": (
            "1.0, -2.0, 1.9, -1.0, -0.1, 0.01, 0.5",
            "-1 is below 1 - 0.5 * 1.9 * 2 = -0.9: it falls almost as promised, so go further; (2) is not fulfilled",
        ),
        "hint": "(2) is a second line from e(0), steeper than that of (1), and e(a) must lie above it.",
    },
    "approximate": {
        "text": r"""Very short steps fulfil it too. And near a minimum (1) compares two numbers that are almost the same, so that rounding decides. Hager and Zhang ask the slopes alone: neither still falling steeply nor rising steeply,

$$(2\,c_1-1)\,e'(0)\ \ge\ e'(a)\ \ge\ c_2\,e'(0). \tag{2}$$""",
        "code": "(2 * c1 - 1) * slope >= slope_a >= c2 * slope",
        "right": "-c2 * slope >= -slope_a >= (1 - 2 * c1) * slope",
        "yes": "the slope is now +1.8, between 0.5 * -2 and (0.02 - 1) * -2 = 1.96: (2) is fulfilled",
        "no": (
            "1.0, -2.0, 1.9, 0.81, 1.99, 0.01, 0.5",
            "1.99 is above (0.02 - 1) * -2 = 1.96: it rises too steeply, and (2) is not fulfilled",
        ),
        "hint": "(2) bounds the slope from both sides; the upper bound is positive for c1 below 1/2.",
    },
}

Q1_TEXT = r"""
## 1. How far? (3 points)

Along a direction $p$ the error is a function of one number, $e(a)=E(\theta+a\,p)$, with slope $e'(0)=g^\top p<0$. A step that merely lowers $e$ may lower it by less and less and never arrive. *Armijo's* condition asks for a share $c_1$ of the fall that the slope promises:

$$e(a)\le e(0)+c_1\,a\,e'(0). \tag{1}$$

<<second>>

**Write** `armijo(e, value, slope, step, c1)`. `e`: a function, number to number; `value` $=e(0)$; `slope` $=e'(0)$, negative. <<task>> Each length you look at costs a forward pass: ask `e` once for each, and for none besides.

**Write** `wolfe(value, slope, a, value_a, slope_a, c1, c2)` (the name is the one of the published course). `value_a` $=e(a)$, `slope_a` $=e'(a)$. Returns a pair of truth values: is (1) fulfilled, is (2)?
"""

Q1 = '''
def armijo(e, value, slope, step, c1):
    """A length with enough descent, or None."""
    ### BEGIN SOLUTION
    <<search>>
    ### END SOLUTION


def wolfe(value, slope, a, value_a, slope_a, c1, c2):
    """(Armijo's condition, the second condition) for a step length a."""
    ### BEGIN SOLUTION
    return value_a <= value + c1 * a * slope, <<second>>
    ### END SOLUTION
'''

Q1_TEST1 = """
a = armijo(lambda a: <<call1>>)
assert a is not None and abs(a - <<answer1>>) < 1e-9, (
    "<<why1>>: "
    f"<<answer1>>; yours: {a}"
)
a = armijo(lambda a: <<call2>>)
assert a is not None and abs(a - <<answer2>>) < 1e-9, (
    "<<why2>>: "
    f"<<answer2>>; yours: {a}"
)
### BEGIN HIDDEN TESTS
<<right>>


for case in range(24):
    value, slope, bend = (float(v) for v in rng.uniform([-3, -5, 0.1], [3, -0.1, 20]))
    step, c1 = float(10 ** rng.uniform(-3, 2)), float(rng.uniform(0.05, 0.9))
    quartic = float(rng.uniform(0, 20)) * (case % 2)

    def e(a):
        return value + slope * a + bend * a**2 + quartic * a**4

    length = right(e, value, slope, step, c1)[0]
    assert np.isclose(armijo(e, value, slope, step, c1), length, rtol=1e-9)
### END HIDDEN TESTS
"""

Q1_TEST2 = """
asked = []


def cliff(a):
    asked.append(float(a))
    return float("nan") if a > 0.3 else 1 - a


a = armijo(cliff, 1.0, -1.0, <<start>>, 0.5)
assert a is not None and abs(a - <<answer>>) < 1e-12, (
    f"<<why>>: <<answer>> is right; yours: {a}"
)
assert len(asked) == <<count>> and np.allclose(asked, <<lengths>>), (
    "the lengths to ask for are <<lengths>>, "
    f"each once; yours: {asked}"
)
### BEGIN HIDDEN TESTS
<<right>>


def compare(e, value, slope, step, c1):
    asked = []

    def noted(a):
        asked.append(float(a))
        return e(float(a))

    length, lengths = right(e, value, slope, step, c1)
    found = armijo(noted, value, slope, step, c1)
    assert (found is None) == (length is None)
    assert found is None or np.isclose(found, length, rtol=1e-9, atol=0)
    assert len(asked) == len(lengths)
    assert np.allclose(asked, lengths, rtol=1e-9, atol=0)


for bad in (-np.inf, np.inf, np.nan):
    border = float(rng.uniform(0.05, 0.9))
    for step in (1.0, border / 7):
        compare(lambda a: 2 - a + a**4 if a < border else bad, 2.0, -1.0, step, 0.1)
    hump = float(rng.uniform(1.1, 3))
    for step in (20 * hump, 0.3):
        compare(
            lambda a: (a - hump) ** 2 if a < 9 * hump else bad,
            hump**2,
            -2 * hump,
            step,
            0.6,
        )
compare(lambda a: 1 + a * a, 1.0, -1.0, 3.0, 0.1)  # never
compare(lambda a: 1 - a, 1.0, -1.0, 1.0, 0.5)  # always
compare(lambda a: -1 / a, 1.0, -1.0, 1.0, 0.5)  # better and better
for limit in (2.0**-39, 2.0**-40):  # the last of the forty is still looked at
    compare(lambda a: 1 - a if a < 1.5 * limit else np.inf, 1.0, -1.0, 1.0, 0.5)
compare(lambda a: 1 - 0.5 * a, 1.0, -1.0, 1.0, 0.5)  # exactly enough is enough
compare(lambda a: 0.0 if a < 1 else 9.0, 1.0, -1.0, 2.0, 0.1)  # equal is not lower
### END HIDDEN TESTS
"""

Q1_TEST3 = """
result = wolfe(1.0, -2.0, 1.9, 0.81, 1.8, 0.01, 0.5)
assert result is not None and len(result) == 2, "wolfe must return two truth values"
assert bool(result[0]), "0.81 is below 1 - 0.01 * 1.9 * 2: (1) is fulfilled"
assert bool(result[1]), "<<yes>>"
assert not bool(wolfe(<<arguments>>)[1]), (
    "<<no>>"
)
### BEGIN HIDDEN TESTS
seen = set()
for _ in range(80):
    value, slope = float(rng.normal()), -float(rng.uniform(0.1, 3))
    a = float(rng.uniform(0.1, 5))
    c1, c2 = (float(c) for c in np.sort(rng.uniform(0.02, 0.95, 2)))
    value_a = value + a * slope * float(rng.uniform(-0.5, 1.5))
    slope_a = slope * float(rng.uniform(-1.5, 1.5))
    right = value_a <= value + c1 * a * slope, <<right>>
    result = wolfe(value, slope, a, value_a, slope_a, c1, c2)
    assert [bool(v) for v in result] == list(right)
    seen.add(right)
assert len(seen) >= 3
assert [bool(v) for v in wolfe(1.0, -1.0, 0.5, 0.75, -0.5, 0.5, 0.5)] == [True, True]
value, slope, a, value_a, slope_a, c1, c2 = 1.0, -2.0, 0.5, 0.5, 1.0, 0.25, 0.5
right = bool(<<right>>)  # exactly on the border
assert bool(wolfe(value, slope, a, value_a, slope_a, c1, c2)[1]) is right
### END HIDDEN TESTS
"""


def q1(rng):
    """Three other searches with three other second conditions."""
    search = SEARCHES[str(rng.choice(list(SEARCHES)))]
    second = SECONDS[str(rng.choice(list(SECONDS)))]
    (call1, answer1, why1), (call2, answer2, why2) = search["examples"]
    start, answer, why, lengths = search["cliff"]
    return {
        "q1-text": fill(Q1_TEXT, second=second["text"], task=search["task"]),
        "q1": fill(Q1, search=search["code"], second=second["code"]),
        "q1-test1": fill(
            Q1_TEST1,
            call1=call1,
            answer1=answer1,
            why1=why1,
            call2=call2,
            answer2=answer2,
            why2=why2,
            right=search["right"],
        ),
        "q1-test2": fill(
            Q1_TEST2,
            start=start,
            answer=answer,
            why=why,
            lengths=lengths,
            count=len(lengths),
            right=search["right"],
        ),
        "q1-test3": fill(
            Q1_TEST3,
            yes=second["yes"],
            arguments=second["no"][0],
            no=second["no"][1],
            right=second["right"],
        ),
        "q1-test1-hint": search["hint"],
        "q1-test3-hint": second["hint"],
    }


# --- question 4: another mending of the Hessian, another number besides ---

# name -> text, solution (needs w, U), eigenvalues of the mended matrix, why p is so
MENDINGS = {
    "shift": {
        "text": r"""The usual mending lifts all eigenvalues by the same amount, and only if one of them needs it: $(H+\tau I)\,p=-g$, where $\tau$ is the smallest number, at least 0, for which no eigenvalue of $H+\tau I$ is below `floor`.""",
        "code": "mended = w + max(0.0, floor - w.min())",
        "solve": "p = -U @ ((U.T @ g) / mended)",
        "eigenvalues": "w + max(floor - w[0], 0)",
        "why": "both eigenvalues are lifted by 2.5, to 6.5 and 0.5",
        "hint": "The shift lifts the lowest eigenvalue to the floor and all others by the same amount",
    },
    "clip": {
        "text": r"""One mending touches only the bad directions: $H=U\,\mathrm{diag}(w)\,U^\top$ is replaced by $\tilde H=U\,\mathrm{diag}(\tilde w)\,U^\top$ with $\tilde w_i=\max(w_i,f)$, where $f$ is the `floor`, and $\tilde H\,p=-g$.""",
        "code": "mended = np.maximum(w, floor)",
        "solve": "p = -U @ ((U.T @ g) / mended)",
        "eigenvalues": "np.where(w < floor, floor, w)",
        "why": "the eigenvalue 4 stays, and -2 becomes 0.5",
        "hint": "Eigenvalues below the floor become the floor, all others stay",
    },
    "flip": {
        "text": r"""A negative curvature says how fast the error falls to *both* sides, so use it, turned round (the *saddle-free* Newton method): $H=U\,\mathrm{diag}(w)\,U^\top$ is replaced by $\tilde H=U\,\mathrm{diag}(\tilde w)\,U^\top$ with $\tilde w_i=\max(|w_i|,f)$, where $f$ is the `floor`, and $\tilde H\,p=-g$.""",
        "code": "mended = np.maximum(np.abs(w), floor)",
        "solve": "p = -U @ ((U.T @ g) / mended)",
        "eigenvalues": "np.array([max(v, -v, floor) for v in w])",
        "why": "the eigenvalue 4 stays, and -2 becomes 2",
        "hint": "Eigenvalues lose their sign, and what is then still below the floor becomes the floor",
    },
    "drop": {
        "text": r"""The most careful mending leaves the bad directions alone: with $H=U\,\mathrm{diag}(w)\,U^\top$ the step has Newton's length along every eigenvector whose $w_i$ is at least `floor`, and no part along the others (if there is none left, $p=0$).""",
        "code": "mended = np.where(w < floor, np.inf, w)",
        "solve": "p = -U @ ((U.T @ g) / mended)",
        "eigenvalues": "np.where(w >= floor, w, 1e300)",
        "why": "Newton's step along the eigenvalue 4, none along -2",
        "hint": "Along eigenvectors with an eigenvalue below the floor the step has no part",
    },
}
BESIDES = {
    "slope": {
        "name": "slope",
        "text": r"`slope` is $g^\top p$, the slope of the error along the step, negative where it descends",
        "code": "g @ p",
        "right": "float(np.sum(g * p))",
        "bowl": "its slope is g p = -3",
        "hint": "the slope is that of the error along p, with the gradient g",
    },
    "count": {
        "name": "count",
        "text": "`count` is the number of eigenvalues of $H$ that lie below `floor`",
        "code": "int(np.sum(w < floor))",
        "right": "sum(v < floor for v in w)",
        "bowl": "no eigenvalue lies below 0.1, the count is 0",
        "hint": "the count is that of all eigenvalues of H below the floor, not only of the negative ones",
    },
    "fall": {
        "name": "fall",
        "text": r"`fall` is by how much the *unmended* quadratic model falls on this step, $-\big(g^\top p+\tfrac12\,p^\top H\,p\big)$, with $H$ as it was given",
        "code": "-(g @ p + p @ H @ p / 2)",
        "right": "float(-np.sum(g * p) - np.sum(H * np.outer(p, p)) / 2)",
        "bowl": "the model falls by 3 - 3 / 2 = 1.5",
        "hint": "the promised fall takes H as it was given, not the mended one",
    },
}

Q4_TEXT = r"""
## 4. Newton where the ground is no bowl (2 points)

Newton's step solves $H\,p=-g$: it jumps to the one point where the quadratic model is flat. If $H$ has a negative eigenvalue, that point is a saddle or a hilltop, and the step leads there. <<mending>>

**Write** `newton_step(H, g, floor)`. `H`: symmetric, (P, P); `g`: (P,); `floor`: a positive number. Returns `(p, <<name>>)`: `p` is the step of shape (P,), and <<besides>>.
"""

Q4 = '''
def newton_step(H, g, floor):
    """Newton's step (P,) with a mended Hessian, and a number."""
    ### BEGIN SOLUTION
    w, U = np.linalg.eigh(H)
    <<code>>
    <<solve>>
    return p, <<number>>
    ### END SOLUTION
'''

Q4_TEST1 = """
result = newton_step(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -2.0]), 0.1)
assert result is not None and len(result) == 2, "return the pair (p, <<name>>)"
p, <<name>> = result
assert np.shape(p) == (2,) and np.allclose(p, [-1, 1]), (
    "this bowl has eigenvalues 1.38 and 3.62: nothing to mend, and H p = -g gives "
    f"p = [-1, 1], to be added; yours: {np.asarray(p).tolist()}"
)
assert abs(<<name>> - <<number>>) < 1e-9, f"<<bowl>>; yours: {<<name>>}"
### BEGIN HIDDEN TESTS
for _ in range(8):
    P = int(rng.integers(1, 7))
    M = rng.normal(size=(P, P))
    H, g = M @ M.T + np.eye(P), rng.normal(size=P)
    before, floor = (H.copy(), g.copy()), float(rng.uniform(0.01, 0.99))
    found, <<name>> = newton_step(H, g, floor)
    assert np.shape(found) == (P,)
    assert np.allclose(before[0] @ np.asarray(found), -before[1], atol=1e-9)
    assert (H == before[0]).all() and (g == before[1]).all()
    p, w = -np.linalg.solve(H, g), np.linalg.eigvalsh(H)
    assert np.isclose(<<name>>, <<right>>, rtol=1e-8, atol=1e-10)
### END HIDDEN TESTS
"""

Q4_TEST2 = """
H, g = np.diag([4.0, -2.0]), np.array([4.5, -0.1])
p, <<name>> = newton_step(H, g, 0.5)
assert np.asarray(p)[1] > -1e-9, (
    "the error falls towards larger theta[1], since g[1] < 0; your step goes the other "
    f"way, to the saddle: {np.asarray(p).tolist()}"
)
assert np.allclose(p, [<<p>>], atol=1e-5), (
    "H has the eigenvalues 4 and -2, the floor is 0.5: <<why>>, so "
    f"p = [<<p>>]; yours: {np.asarray(p).tolist()}"
)
assert abs(<<name>> - <<number>>) < 1e-4, (
    f"for this step <<name>> is <<number>>; yours: {<<name>>}"
)
### BEGIN HIDDEN TESTS
for case in range(10):
    P, floor = int(rng.integers(2, 7)), float(rng.uniform(0.05, 2))
    U = np.linalg.qr(rng.normal(size=(P, P)))[0]
    w = np.sort(rng.uniform(1.1 * floor, 5, P))
    w[0] = (-3.0, 0.0, floor / 2, -floor / 2, -2 * floor)[case % 5]
    w[1] = w[1] if case % 3 else w[0] + 0.1 * floor
    H, g = U @ np.diag(w) @ U.T, rng.normal(size=P)
    H = (H + H.T) / 2
    before = H.copy(), g.copy()
    p = -U @ ((U.T @ g) / (<<eigenvalues>>))
    found, <<name>> = newton_step(H, g, floor)
    assert (H == before[0]).all() and (g == before[1]).all()
    assert np.shape(found) == (P,) and np.allclose(found, p, rtol=1e-7, atol=1e-9)
    assert np.isclose(<<name>>, <<right>>, rtol=1e-7, atol=1e-9)
floor, w = 0.5, np.array([0.5, 2.0])  # exactly at the floor is not below it
H, g = np.diag(w), np.array([1.0, -2.0])
p = -g / w
found, <<name>> = newton_step(H, g, floor)
assert np.allclose(found, p, atol=1e-9)
assert np.isclose(<<name>>, <<right>>, rtol=1e-7, atol=1e-9)
for bad in (-1.0, 0.3):  # not one good direction
    H, g, w = bad * np.eye(3), np.array([1.0, -2.0, 0.5]), np.full(3, bad)
    p = -g / (<<eigenvalues>>)
    found, <<name>> = newton_step(H, g, floor)
    assert np.allclose(found, p, atol=1e-9)
    assert np.isclose(<<name>>, <<right>>, rtol=1e-7, atol=1e-9)
### END HIDDEN TESTS
"""


def q4(rng):
    """Four mendings with three numbers besides; the published pair is not among them."""
    mending = MENDINGS[str(rng.choice(list(MENDINGS)))]
    besides = BESIDES[str(rng.choice(list(BESIDES)))]
    body = fill(
        Q4, code=mending["code"], solve=mending["solve"], number=besides["code"]
    )
    step = play(body)
    bowl = step(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -2.0]), 0.1)[1]
    p, number = step(np.diag([4.0, -2.0]), np.array([4.5, -0.1]), 0.5)
    texts = {"name": besides["name"], "right": besides["right"]}
    return {
        "q4-text": fill(
            Q4_TEXT, mending=mending["text"], besides=besides["text"], **texts
        ),
        "q4": body,
        "q4-test1": fill(Q4_TEST1, number=shown(bowl), bowl=besides["bowl"], **texts),
        "q4-test2": fill(
            Q4_TEST2,
            p=shown(p),
            number=shown(number),
            why=mending["why"],
            eigenvalues=mending["eigenvalues"],
            **texts,
        ),
        "q4-test1-hint": f"Where all eigenvalues are above the floor nothing is mended, and the step solves H p = -g; {besides['hint']}.",
        "q4-test2-hint": f"{mending['hint']}; {besides['hint']}.",
    }
