"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import numpy as np

from course_tools.assignments.forms import fill, play, shown

# --- question 6: another scale of errors, another reading of "reached" ---

# name -> text, level, solution, hand calculation, level by hand, better direction, reference
SCALES = {
    "largest": {
        "text": r"""The paper measures errors in decibels relative to the start. A sum of squares hides the one output that is still wrong; in this course the error is the **largest** one, and because it is no square, its logarithm counts twice as much:

$$E_{\rm dB}(n)=20\,\lg\frac{\max\,|y^{(n)}-t|}{\max\,|y^{(0)}-t|},$$

0 at the start, $-20$ for each tenth. (lg is the logarithm to base 10; the maxima run over all objects and outputs.)""",
        "level": r"""$$20\,\lg\frac{1/2}{\max\,|y^{(0)}-t|},$$

where no output is on the wrong side of ½ any more.""",
        "code": """\
sizes = np.abs(outputs - t).max(axis=(1, 2))
errors = 20 * np.log10(sizes / sizes[0])
level = 20 * np.log10(0.5 / sizes[0])""",
        "why": "the largest errors are 1, 0.6 and 0.1",
        "level_why": "the start is wrong by 1 at most, so the level is 20 lg (0.5 / 1)",
        "sign": "<=",
        "side": "at or below",
        "error": "20 * (np.log10(np.abs(y - t).max()) - np.log10(np.abs(outputs[0] - t).max()))",
        "bound": "-20 * np.log10(2 * np.abs(outputs[0] - t).max())",
        "hint": "The largest absolute error of an epoch over the largest of the start, base 10, times 20.",
        "level_hint": "The level is where the largest error is one half; it knows the start.",
    },
    "spread": {
        "text": r"""The paper measures errors in decibels relative to the start, so a bad start makes a good curve. In this course they are relative to somebody who always says the mean target $\bar t$ of each output (the mean over the objects):

$$E_{\rm dB}(n)=10\,\lg\frac{\sum\,(y^{(n)}-t)^2}{\sum\,(t-\bar t)^2},$$

0 for that answer, positive for worse ones, and $-10$ for a tenth of its squares. (lg is the logarithm to base 10; the sums run over all objects and outputs.)""",
        "level": r"""$$10\,\lg\frac{1}{4\,\sum(t-\bar t)^2}:$$

the squares then sum to ¼, and no output can be on the wrong side of ½.""",
        "code": """\
spread = np.sum((t - t.mean(axis=0)) ** 2)
errors = 10 * np.log10(np.sum((outputs - t) ** 2, axis=(1, 2)) / spread)
level = 10 * np.log10(1 / (4 * spread))""",
        "why": "the squares sum to 4, 0.9 and 0.04, those of the targets around their means to 1",
        "level_why": "the squares of the targets around their means sum to 1, so the level is 10 lg (1 / 4)",
        "sign": "<=",
        "side": "at or below",
        "error": "10 * np.log10(np.sum((y - t) ** 2) / (len(t) * np.var(t, axis=0).sum()))",
        "bound": "-10 * np.log10(4 * len(t) * np.var(t, axis=0).sum())",
        "hint": "Sums of squares over the sum of the squared deviations of the targets from the mean target of their own output.",
        "level_hint": "The level knows the targets only, and not the start.",
    },
    "noise": {
        "text": r"""The paper measures errors in decibels relative to the start. Engineers often ask the other way round: how far does the *signal* stand above the noise? The signal is 1, the distance of the targets 0 and 1, the noise is the **mean** squared error over all $Q$ objects and $M$ outputs:

$$S_{\rm dB}(n)=10\,\lg\frac{1}{\frac1{QM}\sum\,(y^{(n)}-t)^2}.$$

More is better, $+10$ for each tenth of the squares, and the start is not 0. (lg is the logarithm to base 10.)""",
        "level": r"""$$10\,\lg(4\,Q\,M):$$

the squares then sum to ¼, and no output can be on the wrong side of ½.""",
        "code": """\
errors = -10 * np.log10(np.mean((outputs - t) ** 2, axis=(1, 2)))
level = 10 * np.log10(4 * t.size)""",
        "why": "the mean squares are 1, 0.225 and 0.01",
        "level_why": "two objects and two outputs, so the level is 10 lg 16",
        "sign": ">=",
        "side": "at or above",
        "error": "10 * np.log10(t.size / np.sum((y - t) ** 2))",
        "bound": "10 * np.log10(4 * t.shape[0] * t.shape[1])",
        "hint": "One over the mean of the squares, base 10, times ten: a falling error is a rising number, and the start is not 0.",
        "level_hint": "The level knows only how many objects and outputs there are, and more is better.",
    },
    "outputs": {
        "text": r"""The paper measures errors in decibels relative to the start, all outputs in one sum; then an output that began with a large error hides the others. In this course every output has decibels of its own, and the error is their **mean** over the $M$ outputs:

$$E_{\rm dB}(n)=\frac1M\sum_k10\,\lg\frac{\sum_q(y^{(n)}_{qk}-t_{qk})^2}{\sum_q(y^{(0)}_{qk}-t_{qk})^2},$$

0 at the start, and $-10$ for each tenth. (lg is the logarithm to base 10; the sums run over the objects.)""",
        "level": r"""$$10\,\lg\frac1{4\,Q}$$

with $Q$ objects: if every error were 1 at the start, an output at this level would have squares that sum to ¼, and would be on the right side of ½ for all objects.""",
        "code": """\
squares = np.sum((outputs - t) ** 2, axis=1)
errors = np.mean(10 * np.log10(squares / squares[0]), axis=1)
level = 10 * np.log10(1 / (4 * len(t)))""",
        "why": "the squares of the two outputs sum to 2 and 2, then 0.72 and 0.18, then 0.02 and 0.02; each goes into decibels before the mean",
        "level_why": "two objects, so the level is 10 lg (1 / 8)",
        "sign": "<=",
        "side": "at or below",
        "error": "sum(10 * np.log10(a / b) for a, b in zip(np.sum((y - t) ** 2, axis=0), np.sum((outputs[0] - t) ** 2, axis=0))) / t.shape[1]",
        "bound": "-10 * np.log10(4 * len(t))",
        "hint": "Decibels for each output first, relative to its own start, and then the mean over the outputs.",
        "level_hint": "The level knows only how many objects there are.",
    },
}
REACHED = {
    "first": {
        "text": "the first epoch whose {noun} is {side} the level, 0 for the start, or −1 if there is none",
        "code": "good = np.flatnonzero(errors {sign} level)\nreached = good[0] if len(good) else -1",
        "answer": 1,
        "why": "epochs 1, 3 and 4 are {side} it, and the first of them counts, though 2 is not",
        "right": "next((k for k, fine in enumerate(good) if fine), -1)",
        "hint": "The first epoch {side} it counts, whatever comes later.",
    },
    "for good": {
        "text": "the first epoch from which on **all** {noun}s, to the last, are {side} the level, 0 if this holds from the start, or −1 if the last one is not",
        "code": "bad = np.flatnonzero(~(errors {sign} level))\nreached = bad[-1] + 1 if len(bad) else 0\nreached = -1 if reached == len(errors) else reached",
        "answer": 3,
        "why": "epochs 1, 3 and 4 are {side} it, but 2 is not, so it is reached for good in epoch 3",
        "right": "next((k for k in range(len(good)) if all(good[k:])), -1)",
        "hint": "From that epoch on no later one may leave the level again; look from the end.",
    },
}

Q6_TEXT = r"""
## 6. Decibels (2 points)

<<text>> Training stops at the level

<<level>>

**Write** `decibels(outputs, t)`. `outputs`: (epochs + 1, Q, M), the responses at the start and after each epoch; `t`: (Q, M), zeros and ones, and no output has the same target for all objects. Returns `(errors, level, reached)`: an array of epochs + 1 numbers, in decibels; the stop level; and <<reached>>. (No test has an error of exactly zero.)
"""

Q6 = '''
def decibels(outputs, t):
    """(errors, level, reached) in decibels, and the epoch that reaches the level."""
    ### BEGIN SOLUTION
    <<code>>
    <<reached>>
    return errors, level, int(reached)
    ### END SOLUTION
'''

Q6_RIGHT = """
def right(outputs, t):
    errors = np.array([<<error>> for y in outputs])
    level = <<bound>>
    good = [bool(e <<sign>> level) for e in errors]
    return errors, level, <<right>>
"""

Q6_TEST1 = """
t = np.array([[1.0, 0.0], [0.0, 1.0]])
off = np.array([[1.0, -1.0], [-1.0, 1.0]])
outputs = t - np.array([off, [0.6, 0.3] * off, 0.1 * off])
result = decibels(outputs, t)
assert result is not None and len(result) == 3 and np.shape(result[0]) == (3,), (
    "decibels must return three things: a number for each of the three responses, the "
    "level, and an epoch"
)
assert np.allclose(result[0], [<<errors>>], atol=1e-4), (
    "<<why>>: in decibels <<errors>>; "
    f"yours: {np.asarray(result[0])}"
)
### BEGIN HIDDEN TESTS
<<reference>>


for _ in range(8):
    steps, Q, M = (int(k) for k in rng.integers([2, 2, 2], [7, 9, 4]))
    t, outputs = rng.integers(0, 2, (Q, M)), rng.random((steps, Q, M))
    t[0], t[1] = 0, 1
    before = t.copy(), outputs.copy()
    errors = np.asarray(decibels(outputs, t)[0])
    assert errors.shape == (steps,)
    assert np.allclose(errors, right(outputs, t)[0], rtol=1e-9, atol=1e-9)
    assert (t == before[0]).all() and (outputs == before[1]).all()
### END HIDDEN TESTS
"""

Q6_TEST2 = """
t = np.array([[1.0, 0.0], [0.0, 1.0]])
off = np.array([[1.0, -1.0], [-1.0, 1.0]])
outputs = t - np.array([off, 0.1 * off, [0.6, 0.3] * off, 0.1 * off, 0.2 * off])
errors, level, reached = decibels(outputs, t)
assert abs(float(level) - <<level>>) < 1e-4, (
    f"<<level_why>> = <<level>>; yours: {float(level):.5g}"
)
assert reached == <<answer>>, (
    f"the level is <<level>>: <<why>>; yours: {reached}"
)
### BEGIN HIDDEN TESTS
<<reference>>


seen = []
for case in range(16):
    Q, M, steps = (int(k) for k in rng.integers([2, 2, 3], [6, 4, 9]))
    t = rng.integers(0, 2, (Q, M)).astype(float)
    t[0], t[1] = 0, 1
    off = np.where(t > 0, -1, 1) * rng.uniform(0.3, 1, (Q, M))
    off = 0.05 * off if case % 4 == 1 else off  # a start that is good already
    errors, level, _ = right(np.array([t + off]), t)
    limit = 10 ** (-abs(level - errors[0]) / 20)  # the size that reaches the level
    size = limit * np.where(
        rng.random(steps) < 0.6, rng.uniform(0.3, 0.95, steps), rng.uniform(1.05, 2, steps)
    )
    if case % 4 == 0:
        size[:] = limit * 1.5  # never
    outputs = t + np.concatenate([[1.0], size])[:, None, None] * off
    expected = right(outputs, t)
    _, level, reached = decibels(outputs, t)
    assert abs(float(level) - expected[1]) < 1e-9
    assert int(reached) == expected[2]
    seen.append(expected[2])
assert -1 in seen and max(seen) > 0
### END HIDDEN TESTS
"""


def q6(rng):
    """Four scales, each with two readings of "reached"; the published is not there."""
    scale = SCALES[str(rng.choice(list(SCALES)))]
    words = {
        "sign": scale["sign"],
        "side": scale["side"],
        "noun": "value" if scale is SCALES["noise"] else "error",
    }
    reached = {
        key: text.format(**words) if isinstance(text, str) else text
        for key, text in REACHED[str(rng.choice(list(REACHED)))].items()
    }
    body = fill(Q6, code=scale["code"], reached=reached["code"])
    t = np.eye(2)
    off = np.array([[1.0, -1.0], [-1.0, 1.0]])
    errors, level, _ = play(body)(t - np.array([off, [0.6, 0.3] * off, 0.1 * off]), t)
    reference = fill(
        Q6_RIGHT,
        error=scale["error"],
        bound=scale["bound"],
        sign=scale["sign"],
        right=reached["right"],
    )
    return {
        "q6-text": fill(
            Q6_TEXT, text=scale["text"], level=scale["level"], reached=reached["text"]
        ),
        "q6": body,
        "q6-test1": fill(
            Q6_TEST1, errors=shown(errors), why=scale["why"], reference=reference
        ),
        "q6-test2": fill(
            Q6_TEST2,
            level=shown(level),
            level_why=scale["level_why"],
            answer=reached["answer"],
            why=reached["why"],
            reference=reference,
        ),
        "q6-test1-hint": scale["hint"],
        "q6-test2-hint": f"{scale['level_hint']} {reached['hint']}",
    }


# --- question 7: the blind answer to another error, another sign of standing still ---

ERRORS = {
    "absolute": {
        "text": r"""The least that a network can learn is how large the targets are: it then says **the same to every object**, whatever it sees. Here the error is the sum of *absolute* deviations $\sum|y-t|$, and the best such answer is, for each output, the **median** of its targets.""",
        "start": r"the sum of absolute deviations at the start",
        "code": "np.sum(np.abs(t - np.median(t, axis=0)))",
        "why": "the medians are 0 and 1, absolute deviations sum to 2, and 10 lg (2 / 4) = ",
        "right": "sum(min(col.sum(), (1 - col).sum()) for col in t.T)",
        "hint": "The best constant answer to absolute errors is the median target of each output; what is left is the sum of absolute deviations.",
    },
    "entropy": {
        "text": r"""The least that a network can learn is how frequent the classes are: it then says the **mean target** to every object, whatever it sees. Here the error is the *cross-entropy* $-\sum t\ln y$ over all objects and outputs ($t$ is 1 in the place of the class and else 0, and every class occurs).""",
        "start": r"the cross-entropy at the start",
        "code": "-np.sum(t * np.log(t.mean(axis=0)))",
        "why": "the mean target is (1/4, 3/4), the cross-entropy -ln 1/4 - 3 ln 3/4 = 2.2493, and 10 lg (2.2493 / 4) = ",
        "right": "-sum(col.sum() * np.log(col.sum() / len(col)) for col in t.T)",
        "hint": "Put the mean target of each output into the cross-entropy: every object costs minus the logarithm of how frequent its class is.",
    },
    "mistakes": {
        "text": r"""The least that a network can learn is which class is the most frequent: it then says **that class to every object**, whatever it sees. Here the error is the *number of mistakes*, of objects that are put into a wrong class ($t$ is 1 in the place of the class and else 0).""",
        "start": r"the number of mistakes at the start",
        "code": "(len(t) - np.max(np.sum(t, axis=0)))",
        "why": "three of four objects are of the second class, so one mistake is left, and 10 lg (1 / 4) = ",
        "right": "min(sum(row[k] == 0 for row in t) for k in range(t.shape[1]))",
        "hint": "Whoever always says the most frequent class is wrong for all the other objects.",
    },
}
STANDING = {
    "all": {
        "text": "**all** of the last `length` lie within `width` decibels of the level (at most `width` away, above or below)",
        "code": "np.all(np.abs(last - level) <= width)",
        "right": "max(last) <= level + width and min(last) >= level - width",
        "cases": [
            ((-0.1, 0.1, -0.1), True, "the last three are within 0.5 of it"),
            ((2.0, 0.1, -0.1), False, "one of the last three is far above"),
            ((-0.1, 0.1, -2.0), False, "the last has gone below: it learns again"),
        ],
        "hint": "Neither a run that has just arrived nor one that has left downwards is paralysed",
    },
    "mean": {
        "text": "the **mean** of the last `length` lies within `width` decibels of the level (at most `width` away, above or below; single ones may lie further off)",
        "code": "abs(np.mean(last) - level) <= width",
        "right": "-width * len(last) <= sum(e - level for e in last) <= width * len(last)",
        "cases": [
            (
                (1.0, -1.1, 0.2),
                True,
                "the mean of the last three is within 0.5 of it, though two of them are not",
            ),
            ((2.0, 0.4, 0.3), False, "the mean of the last three is 0.9 above it"),
            (
                (-0.1, 0.1, -2.4),
                False,
                "the mean of the last three is 0.8 below it: it learns again",
            ),
        ],
        "hint": "Only the mean of the last errors is compared with the level, not each of them",
    },
    "not below": {
        "text": "**none** of the last `length` lies more than `width` decibels *below* the level (above it, however far, is no better: then not even this has been learned)",
        "code": "np.min(last) >= level - width",
        "right": "all(e + width >= level for e in last)",
        "cases": [
            ((-0.1, 0.1, -0.3), True, "none of the last three is 0.5 below it"),
            ((2.0, 0.1, 9.0), True, "far above is no better than on it"),
            (
                (-0.1, -2.0, 0.1),
                False,
                "one of the last three was far below: it has looked at something",
            ),
        ],
        "hint": "Only errors below the level show that something was learned; those above do not",
    },
}

Q7_TEXT = r"""
## 7. Paralysed? (2 points)

Networks with saturated units sometimes stop learning; the paper speaks of paralysis, and gives no test for it. Here is one. <<text>> What is then left, in decibels relative to the start (10 times the logarithm to base 10 of its ratio to the error at the start), is the *blind level*. A run that stays there has looked at nothing.

**Write** `paralysed(errors, t, start, width, length)`. `errors`: a list of errors in decibels, one per epoch; `t`: the targets, (Q, M), zeros and ones; `start`: <<start>>, the 0 of the decibels. Returns `(level, answer)`: the blind level in decibels; and `True` if there are at least `length` errors and <<standing>>, else `False`.
"""

Q7 = '''
def paralysed(errors, t, start, width, length):
    """(level, answer): the blind level, and whether a run is stuck there."""
    ### BEGIN SOLUTION
    level = 10 * np.log10(<<blind>> / start)
    last = np.array(errors[-length:])
    return level, bool(len(last) == length and <<standing>>)
    ### END SOLUTION
'''

Q7_TEST1 = """
t = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
result = paralysed([0.0, -4.3, -4.2], t, 4.0, 0.5, 2)
assert result is not None and len(result) == 2, (
    "paralysed must return two things: the level and True or False"
)
assert abs(float(result[0]) - <<level>>) < 1e-3, (
    f"<<why>><<level>>; yours: {float(result[0]):.4g}"
)
### BEGIN HIDDEN TESTS
for _ in range(10):
    Q, M = int(rng.integers(6, 30)), int(rng.integers(2, 6))
    labels = np.concatenate([np.arange(M), rng.integers(0, 2 + M // 3, Q)])
    t, start = np.eye(M)[labels], float(rng.uniform(1, 50))
    before = t.copy()
    level = float(paralysed([0.0, -1.0], t, start, 0.1, 1)[0])
    assert abs(level - 10 * np.log10(<<right>> / start)) < 1e-9
    assert (t == before).all()
### END HIDDEN TESTS
"""

Q7_TEST2 = """
t = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])  # level <<level>>
for errors, right, what in (
    <<cases>>
    (<<short>>, False, "two errors are not three"),
):
    answer = paralysed(errors, t, 4.0, 0.5, 3)[1]
    assert bool(answer) == right, (
        f"{errors}, level <<level>>: {what}, so {right}; yours: {answer}"
    )
### BEGIN HIDDEN TESTS
seen = []
for _ in range(60):
    t = np.eye(3)[np.concatenate([np.arange(3), rng.integers(0, 2, 12)])]
    start, width = float(rng.uniform(15, 40)), float(rng.uniform(0.2, 1))
    length = int(rng.integers(1, 6))
    level = 10 * np.log10(<<blind>> / start)
    free = rng.uniform(-30, 5, int(rng.integers(1, 6)))
    last = level + width * (
        rng.uniform(-1.5, 1.5) + rng.uniform(0, 0.7) * rng.normal(size=length)
    )
    curve, last = [float(e) for e in (*free, *last)], [float(e) for e in last]
    expected = bool(<<standing>>)
    kept = list(curve)
    assert bool(paralysed(curve, t, start, width, length)[1]) is expected
    assert bool(paralysed(last, t, start, width, length)[1]) is expected
    assert bool(paralysed(last, t, start, width, length + 1)[1]) is False
    assert curve == kept
    seen.append(expected)
assert any(seen) and not all(seen)
### END HIDDEN TESTS
"""


def q7(rng):
    """Three other errors and their blind answers, with three signs of standing still."""
    error = ERRORS[str(rng.choice(list(ERRORS)))]
    standing = STANDING[str(rng.choice(list(STANDING)))]
    body = fill(Q7, blind=error["code"], standing=standing["code"])
    t = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    level = float(play(body)([0.0], t, 4.0, 0.5, 1)[0])

    def curve(offsets):
        return [round(level + offset, 2) for offset in offsets]

    cases = [
        f'({[0.0, *curve(offsets)]}, {answer}, "{why}"),'
        for offsets, answer, why in standing["cases"]
    ]
    return {
        "q7-text": fill(
            Q7_TEXT, text=error["text"], start=error["start"], standing=standing["text"]
        ),
        "q7": body,
        "q7-test1": fill(
            Q7_TEST1, level=shown(level, 5), why=error["why"], right=error["right"]
        ),
        "q7-test2": fill(
            Q7_TEST2,
            level=shown(level, 3),
            cases="\n".join(cases),
            short=curve((-0.1, 0.1)),
            blind=error["right"],
            standing=standing["right"],
        ),
        "q7-test1-hint": error["hint"],
        "q7-test2-hint": f"{standing['hint']}; and too few errors are no evidence.",
    }
