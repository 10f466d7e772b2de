"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import numpy as np

from course_tools.assignments.forms import fill, play, shown

# --- question 2: what is remembered, and how decay pulls ---

# name -> story, formulas, first step, solution, hand calculations, reference
MEMORIES = {
    "ahead": {
        "story": "The step is made with the memory that the *next* step will have: this is how libraries write Nesterov's method.",
        "formulas": r"v\leftarrow\mu\,v+(1-d)\,g,\qquad \theta\leftarrow\theta-\eta\,(g+\mu\,v),",
        "first": "$v=g$, dampened or not, and the step is made from it as always.",
        "state": "`rate` may be another one in each step; it stands outside the memory.",
        "code": "v = g if state is None else mu * state + (1 - dampening) * g\nreturn <<theta>> - rate * (g + mu * v), v",
        "second": "v = 0.5 (2, 1) + (1, -1) = (2, -0.5), and the step is 0.2 times g + 0.5 v = (2, -1.25)",
        "dampened": "then the gradient is 0 and the rate falls from 1 to 0.1: v = 0.5, and the step is 0.1 times 0 + 0.5 v",
        "scale": "1",
        "move": "rate * (seen[-1] + mu * v)",
        "hint": "The first v is the gradient itself, without dampening; later gradients enter v with 1 - dampening, but the g beside mu v is never dampened.",
    },
    "steps": {
        "story": "What is remembered are the *steps*, each made with the rate of its day.",
        "formulas": r"v\leftarrow\mu\,v+\eta\,(1-d)\,g,\qquad \theta\leftarrow\theta-v,",
        "first": r"$v=\eta\,g$, dampened or not.",
        "state": r"`rate` may be another one in each step: then what was remembered keeps its old one.",
        "code": "v = rate * g if state is None else mu * state + rate * (1 - dampening) * g\nreturn <<theta>> - v, v",
        "second": "v = 0.5 (0.2, 0.1) + 0.2 (1, -1) = (0.3, -0.15), and that is the step",
        "dampened": "then the gradient is 0 and the rate falls from 1 to 0.1, but half of the last step is still half of it",
        "scale": "rate",
        "move": "v",
        "hint": "The first v is rate times the gradient, without dampening; later gradients enter with rate times (1 - dampening), and an old step keeps the rate it was made with.",
    },
    "mean": {
        "story": "The memory is divided by what the weights of all the remembered gradients sum to. So it is their *mean*, and a step is as long as one gradient, however large the momentum is.",
        "formulas": r"v\leftarrow\mu\,v+(1-d)\,g,\quad w\leftarrow\mu\,w+(1-d),\qquad \theta\leftarrow\theta-\eta\,\frac vw,",
        "first": "$v=g$ and $w=1$, dampened or not.",
        "state": "`rate` may be another one in each step; it stands outside the memory.",
        "code": "v, w = (0.0, 0.0) if state is None else state\nnew = 1.0 if state is None else 1 - dampening\nv, w = mu * v + new * g, mu * w + new\nreturn <<theta>> - rate * v / w, (v, w)",
        "second": "v = 0.5 (2, 1) + (1, -1) = (2, -0.5), w = 0.5 + 1, and the step is 0.2 v / w",
        "dampened": "then the gradient is 0 and the rate falls from 1 to 0.1: v = 0.5 and w = 0.5 + 0.75, a step of 0.1 v / w",
        "scale": "1",
        "move": "rate * v / sum(weights)",
        "hint": "The first v is the gradient and the first w is 1; later gradients enter v, and ones enter w, with 1 - dampening.",
    },
}
DECAYS = {
    "coupled": {
        "text": r"Weight decay $\rho$ is added to the gradient before everything else, $g\leftarrow g+\rho\,\theta$.",
        "code": "g = g + decay * theta",
        "theta": "theta",
        "pull": "decay * theta",
        "shrink": "0",
        "example": "4 pulls with 0.25 * 4 = 1, so g is 2 in place of 1",
        "hint": "Decay is added to the gradient before it is remembered",
    },
    "decoupled": {
        "text": r"Weight decay $\rho$ stays outside: the $\theta$ from which the step is taken is $(1-\eta\rho)$ times the old one, and the memory never sees it.",
        "code": "",
        "theta": "(1 - rate * decay) * theta",
        "pull": "0 * theta",
        "shrink": "rate * decay * theta",
        "example": "4 shrinks by 0.5 * 0.25 of itself to 3.5, and then the gradient 1 takes its step",
        "hint": "Decay shrinks theta by 1 - rate * decay, and what is remembered does not know of it",
    },
    "constant": {
        "text": r"Weight decay $\rho$ pulls every weight to zero with the same force, however small the weight: before everything else $g\leftarrow g+\rho\,\operatorname{sign}\theta$.",
        "code": "g = g + decay * np.sign(theta)",
        "theta": "theta",
        "pull": "decay * np.sign(theta)",
        "shrink": "0",
        "example": "4 pulls with 0.25, as any positive weight does, so g is 1.25 in place of 1",
        "hint": "Decay adds decay times the sign of the weight to the gradient, before it is remembered",
    },
}

Q2_TEXT = r"""
## 2. Momentum (3 points)

In a narrow valley the gradient points across, to and fro, and only a little along. Remember it, and what points to and fro cancels. <<story>>

$$<<formulas>>$$

where $\mu$ is the momentum and $d$ the *dampening*. **In the first step** <<first>> <<decay>>

**Write** `momentum(theta, g, state, rate, mu, dampening, decay)`, a step function: returns `(theta, state)`. `rate`, `mu`, `dampening`, `decay`: numbers, $\eta,\mu,d,\rho$; <<state>>
"""

Q2 = '''
def momentum(theta, g, state, rate, mu, dampening, decay):
    """One step of gradient descent with a memory, dampening and weight decay."""
    ### BEGIN SOLUTION
    <<code>>
    ### END SOLUTION
'''

Q2_RIGHT = """
def right(theta, gradients, rates, mu, dampening, decay):
    points, seen = [], []
    for g, rate in zip(gradients, rates):
        seen.append(<<scale>> * (g + <<pull>>))
        weights = [(1 - dampening) * mu**k for k in range(len(seen))[::-1]]
        weights[0] = mu ** (len(seen) - 1)
        v = sum(a * b for a, b in zip(weights, seen))
        theta = theta - <<shrink>> - <<move>>
        points.append(theta)
    return points
"""

Q2_TEST1 = """
first = momentum(np.array([1.0, -2.0]), np.array([2.0, 1.0]), None, 0.1, 0.5, 0.0, 0.0)
assert first is not None and len(first) == 2, "return two things: theta and the state"
theta, state = first
assert np.shape(theta) == (2,) and np.allclose(theta, [<<one>>]), (
    f"the gradient (2, 1) at rate 0.1 leads from (1, -2) to (<<one>>); yours: {theta}"
)
theta, state = momentum(theta, np.array([1.0, -1.0]), state, 0.2, 0.5, 0.0, 0.0)
assert np.allclose(theta, [<<two>>], atol=1e-6), (
    "then the gradient (1, -1) at rate 0.2: <<second>>, "
    f"to (<<two>>); yours: {theta}"
)
### BEGIN HIDDEN TESTS
<<right>>


for P in (1, 4):
    mu, theta, state = float(rng.uniform(0.2, 0.99)), rng.normal(size=P), None
    gradients, rates = rng.normal(size=(7, P)), rng.uniform(0.01, 1, 7)
    for g, rate, point in zip(
        gradients, rates, right(theta, gradients, rates, mu, 0.0, 0.0)
    ):
        theta, state = momentum(theta, g, state, float(rate), mu, 0.0, 0.0)
        assert np.shape(theta) == (P,)
        assert np.allclose(theta, point, rtol=1e-9, atol=1e-12)
### END HIDDEN TESTS
"""

Q2_TEST2 = """
theta, state = momentum(np.zeros(1), np.ones(1), None, 1.0, 0.5, 0.25, 0.0)
assert np.allclose(theta, <<one>>), (
    "the first step is not dampened: the gradient 1 at rate 1 leads from 0 to "
    f"<<one>>; yours: {float(np.ravel(theta)[0]):g}"
)
theta, state = momentum(theta, np.zeros(1), state, 0.1, 0.5, 0.25, 0.0)
assert np.allclose(theta, <<two>>), (
    "<<dampened>>, "
    f"to <<two>>; yours: {float(np.ravel(theta)[0]):g}"
)
### BEGIN HIDDEN TESTS
<<right>>


for _ in range(3):
    mu, dampening = (float(k) for k in rng.uniform(0.2, 0.9, 2))
    theta, state = rng.normal(size=3), None
    gradients, rates = rng.normal(size=(6, 3)), rng.uniform(0.01, 1, 6)
    for g, rate, point in zip(
        gradients, rates, right(theta, gradients, rates, mu, dampening, 0.0)
    ):
        theta, state = momentum(theta, g, state, float(rate), mu, dampening, 0.0)
        assert np.allclose(theta, point, rtol=1e-9, atol=1e-12)
### END HIDDEN TESTS
"""

Q2_TEST3 = """
theta, g = np.array([4.0]), np.array([1.0])
new, state = momentum(theta, g, None, 0.5, 0.5, 0.0, 0.25)
assert np.allclose(new, <<one>>), (
    "decay 0.25, gradient 1, rate 0.5: <<example>>, "
    f"to <<one>>; yours: {float(np.ravel(new)[0]):g}"
)
assert theta[0] == 4 and g[0] == 1, (
    "momentum changed an array it was given; theta = theta - ... does not, -= does"
)
newer, _ = momentum(new, np.array([0.0]), state, 0.5, 0.5, 0.0, 0.25)
assert np.allclose(newer, <<two>>), (
    "the next gradient is 0, and the decay goes on: from <<one>> to <<two>>; "
    f"yours: {float(np.ravel(newer)[0]):g}"
)
### BEGIN HIDDEN TESTS
<<right>>


for _ in range(3):
    mu, dampening, decay = (float(k) for k in rng.uniform(0.05, 0.9, 3))
    theta, state = rng.normal(size=4), None
    gradients, rates = rng.normal(size=(6, 4)), rng.uniform(0.05, 0.9, 6)
    for g, rate, point in zip(
        gradients, rates, right(theta, gradients, rates, mu, dampening, decay)
    ):
        before = theta.copy(), g.copy()
        once = momentum(theta, g, state, float(rate), mu, dampening, decay)
        again = momentum(theta, g, state, float(rate), mu, dampening, decay)
        assert (np.asarray(once[0]) == np.asarray(again[0])).all()
        assert (theta == before[0]).all() and (g == before[1]).all()
        theta, state = np.asarray(once[0]), once[1]
        assert np.shape(theta) == (4,)
        assert np.allclose(theta, point, rtol=1e-9, atol=1e-12)
### END HIDDEN TESTS
"""


def q2(rng):
    """Three kinds of memory, none of them the published one, and three of decay."""
    memory = MEMORIES[str(rng.choice(list(MEMORIES)))]
    decay = DECAYS[str(rng.choice(list(DECAYS)))]
    code = fill(memory["code"], theta=decay["theta"])
    code = "\n".join(filter(None, (decay["code"], code)))
    body = fill(Q2, code=code)
    momentum = play(body)

    def example(theta, steps, mu, dampening, decay):
        state, found = None, []
        for g, rate in steps:
            theta, state = momentum(
                theta, np.array(g), state, rate, mu, dampening, decay
            )
            found.append(shown(theta))
        return {"one": found[0], "two": found[1]}

    right = fill(Q2_RIGHT, **(memory | decay))
    return {
        "q2-text": fill(Q2_TEXT, **memory, decay=decay["text"]),
        "q2": body,
        "q2-test1": fill(
            Q2_TEST1,
            right=right,
            second=memory["second"],
            **example(
                np.array([1.0, -2.0]),
                [([2.0, 1.0], 0.1), ([1.0, -1.0], 0.2)],
                0.5,
                0.0,
                0.0,
            ),
        ),
        "q2-test2": fill(
            Q2_TEST2,
            right=right,
            dampened=memory["dampened"],
            **example(np.zeros(1), [([1.0], 1.0), ([0.0], 0.1)], 0.5, 0.25, 0.0),
        ),
        "q2-test3": fill(
            Q2_TEST3,
            right=right,
            example=decay["example"],
            **example(np.array([4.0]), [([1.0], 0.5), ([0.0], 0.5)], 0.5, 0.0, 0.25),
        ),
        "q2-test1-hint": "Two steps by hand, the second at another rate, exactly by the formulas of this course.",
        "q2-test2-hint": memory["hint"],
        "q2-test3-hint": f"{decay['hint']}; theta, g and the state are not changed, and the same arguments give the same answer.",
    }


# --- question 9: another size of the gradients, another look ahead ---

# name -> story, formulas of the size, solution, hand calculation of two steps, reference
SIZES = {
    "adam": {
        "story": "",
        "formulas": r"v\leftarrow\beta_2v+(1-\beta_2)\,g^2,\quad \hat v=\frac v{1-\beta_2^t},\quad s=\sqrt{\hat v},",
        "start": "0.0",
        "code": "v = beta2 * v + (1 - beta2) * g**2\nsize = np.sqrt(v / (1 - beta2**t))",
        "keep": "v",
        "first": "v̂ = g²",
        "second": "v = (0.8 · 0.2 + 0.2 / 4) g², divided by 1 - 0.8² = 0.36",
        "right": "np.sqrt(mean(np.square(seen), c))",
    },
    "long": {
        "story": "The size remembers its largest value and never shrinks again; without that Adam can miss the minimum of a convex error (this is AMSGrad, here with both corrections). ",
        "formulas": r"v\leftarrow\beta_2v+(1-\beta_2)\,g^2,\quad \hat v=\frac v{1-\beta_2^t},\quad V\leftarrow\max(V,\hat v),\quad s=\sqrt V,",
        "start": "(0.0, 0.0)",
        "code": "v, largest = v\nv = beta2 * v + (1 - beta2) * g**2\nlargest = np.maximum(largest, v / (1 - beta2**t))\nsize = np.sqrt(largest)",
        "keep": "(v, largest)",
        "first": "v̂ = V = g²",
        "second": "v̂ has fallen to 0.583 g², but V remembers g²",
        "right": "np.sqrt(np.max([mean(np.square(seen[: k + 1]), c) for k in range(t)], axis=0))",
    },
    "largest": {
        "story": "The size is the largest gradient of all, where old ones fade (this is AdaMax); a largest value needs no correction. ",
        "formulas": r"u\leftarrow\max(\beta_2u,\ |g|),\quad s=u,",
        "start": "0.0",
        "code": "v = np.maximum(beta2 * v, np.abs(g))\nsize = v",
        "keep": "v",
        "first": "u = |g|",
        "second": "u is the larger one of 0.8 |g| and |g| / 2",
        "right": "np.max([c ** (t - 1 - k) * np.abs(g) for k, g in enumerate(seen)], axis=0)",
    },
    "surprise": {
        "story": "The size is not that of the gradients but that of their *surprise*, the difference between the gradient and its running mean: where they all say the same, go further (this is AdaBelief). ",
        "formulas": r"v\leftarrow\beta_2v+(1-\beta_2)\,(g-m)^2\ \text{ with the new } m,\quad \hat v=\frac v{1-\beta_2^t},\quad s=\sqrt{\hat v},",
        "start": "0.0",
        "code": "v = beta2 * v + (1 - beta2) * (g - m) ** 2\nsize = np.sqrt(v / (1 - beta2**t))",
        "keep": "v",
        "first": "g - m = 0.9 g, so v̂ = 0.81 g²",
        "second": "g/2 - m = 0.36 g and v = (0.8 · 0.2 · 0.81 + 0.2 · 0.36²) g², divided by 1 - 0.8² = 0.36",
        "right": "np.sqrt(mean([(seen[k] - (1 - b ** (k + 1)) * mean(seen[: k + 1], b)) ** 2 for k in range(t)], c))",
    },
}
TOPS = {
    "mean": {
        "story": "Momentum over a running size. ",
        "formula": r"\hat m",
        "code": "m / (1 - beta1**t)",
        "first": "the numerator is m̂ = g",
        "second": "m̂ = (0.09 + 0.05) g / 0.19 = 0.737 g",
        "right": "mean(seen, b)",
    },
    "ahead": {
        "story": "Momentum over a running size, and a look at the memory that the next step will have (Nesterov's idea; the method is called Nadam). ",
        "formula": r"\Big(\beta_1\hat m+\frac{1-\beta_1}{1-\beta_1^t}\,g\Big)",
        "code": "(beta1 * m + (1 - beta1) * g) / (1 - beta1**t)",
        "first": "the numerator is 0.9 m̂ + g = 1.9 g",
        "second": "the numerator is 0.9 · 0.737 g + 0.1 / 0.19 · g / 2 = 0.926 g",
        "right": "b * mean(seen, b) + (1 - b) / (1 - b**t) * g",
    },
}

Q9_TEXT = r"""
## 9. A relative of Adam, and two kinds of decay (3 points)

<<tops>><<sizes>>In step $t=1,2,\dots$, with everything 0 at the start,

$$m\leftarrow\beta_1m+(1-\beta_1)\,g,\quad\hat m=\frac m{1-\beta_1^t},\qquad <<formulas>>\qquad\theta\leftarrow\theta-\eta\,\frac1{s+\varepsilon}\,<<top>>.$$

Weight decay $\rho$ can enter in two places. *Coupled*: $g\leftarrow g+\rho\,\theta$ before everything else; then it is divided by the size like the rest. *Decoupled*: $\theta\leftarrow(1-\eta\rho)\,\theta$ first, and neither the mean nor the size ever sees it.

**Write** `adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled)`, a step function (the name is the one of the published course); `rate`, `beta1`, `beta2`, `eps`, `decay`: $\eta,\beta_1,\beta_2,\varepsilon,\rho$; `decoupled`: `True` or `False`.
"""

Q9 = '''
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    """One step of a relative of Adam, with weight decay coupled or decoupled."""
    ### BEGIN SOLUTION
    m, v, t = state or (0.0, <<start>>, 0)
    t = t + 1
    if decoupled:
        theta = (1 - rate * decay) * theta
    else:
        g = g + decay * theta
    m = beta1 * m + (1 - beta1) * g
    <<code>>
    return theta - rate * <<top>> / (size + eps), (m, <<keep>>, t)
    ### END SOLUTION
'''

Q9_RIGHT = """
def mean(values, factor):
    weights = factor ** np.arange(len(values))[::-1]
    return np.tensordot(weights, np.asarray(values), 1) / weights.sum()


def right(theta, gradients, rate, b, c, eps, decay, decoupled):
    points, seen = [], []
    for t, g in enumerate(gradients, start=1):
        g = g if decoupled else g + decay * theta
        seen.append(g)
        size = <<size>>
        top = <<top>>
        shrunk = theta * (1 - rate * decay) if decoupled else theta
        theta = shrunk - rate * top / (size + eps)
        points.append(theta)
    return points
"""

Q9_TEST1 = """
g = np.array([5.0, -0.002])
result = adam(np.zeros(2), g, None, 0.1, 0.9, 0.8, 1e-12, 0.0, False)
assert result is not None and len(result) == 2, "return two things: theta and the state"
theta, state = result
assert np.allclose(theta, [-<<one>>, <<one>>], rtol=1e-4), (
    "<<top1>>, <<size1>>: the first step is <<one>>, whatever the gradient, "
    f"to (-<<one>>, <<one>>); yours: {theta}"
)
theta, state = adam(theta, g / 2, state, 0.1, 0.9, 0.8, 1e-12, 0.0, False)
assert np.allclose(theta, [-<<two>>, <<two>>], rtol=1e-4), (
    "then g/2: <<top2>>, and <<size2>>. "
    f"That leads to (-<<two>>, <<two>>); yours is at {theta}"
)
### BEGIN HIDDEN TESTS
<<right>>


for P in (1, 5):
    rate, b, c = (float(k) for k in rng.uniform([0.01, 0.5, 0.8], [1, 0.95, 0.999]))
    theta, state = rng.normal(size=P), None
    gradients = rng.normal(size=(9, P)) * 10.0 ** rng.integers(-3, 4, (9, P))
    for g, point in zip(
        gradients, right(theta, gradients, rate, b, c, 1e-24, 0.0, False)
    ):
        theta, state = adam(theta, g, state, rate, b, c, 1e-24, 0.0, False)
        assert np.shape(theta) == (P,)
        assert np.allclose(theta, point, rtol=1e-7, atol=1e-9)
### END HIDDEN TESTS
"""

Q9_TEST2 = """
theta, g = np.array([1.0, 1.0]), np.array([0.0, 2.0])
new, state = adam(theta, g, None, 0.1, 0.9, 0.999, 0.5, 0.0, False)
assert np.isfinite(new).all() and new[0] == 1, (
    f"no gradient, no move: 1; yours: {new[0]}"
)
assert np.allclose(new[1], <<one>>, atol=1e-5), (
    "g = 2 and eps = 0.5, which is added to the size <<size>>: to <<one>>; "
    f"yours: {float(new[1]):.6g}"
)
assert (theta == 1).all() and (g == [0, 2]).all(), "adam changed theta or g"
### BEGIN HIDDEN TESTS
<<right>>


for eps in (1e-8, 0.2):
    theta, state = rng.normal(size=5), None
    gradients = rng.normal(size=(7, 5)) * [0, 1, 1e-2, 1, 10]
    for g, point in zip(
        gradients, right(theta, gradients, 0.05, 0.8, 0.95, eps, 0.0, False)
    ):
        before = theta.copy(), g.copy()
        once = adam(theta, g, state, 0.05, 0.8, 0.95, eps, 0.0, False)
        again = adam(theta, g, state, 0.05, 0.8, 0.95, eps, 0.0, False)
        assert (np.asarray(once[0]) == np.asarray(again[0])).all()
        assert (theta == before[0]).all() and (g == before[1]).all()
        theta, state = np.asarray(once[0]), once[1]
        assert np.isfinite(theta).all()
        assert np.allclose(theta, point, rtol=1e-8, atol=1e-11)
### END HIDDEN TESTS
"""

Q9_TEST3 = """
theta, g = np.array([2.0]), np.array([1000.0])
value = [
    float(np.ravel(adam(theta, g, None, 0.1, 0.9, 0.999, 1e-8, 0.5, kind)[0])[0])
    for kind in (False, True)
]
assert abs(value[0] - <<one>>) < 1e-5, (
    "coupled: a gradient of 1000 + 0.5 · 2 = 1001 makes the same first step as 1000, so "
    f"decay changes nothing here: <<one>>; yours: {value[0]:.6g}"
)
assert abs(value[1] - <<two>>) < 1e-5, (
    "decoupled: 2 shrinks by 0.1 · 0.5 of itself to 1.9, then comes the same step: "
    f"<<two>>; yours: {value[1]:.6g}"
)
### BEGIN HIDDEN TESTS
<<right>>


for kind in (False, True, False, True):
    rate, b, c, decay = (
        float(k) for k in rng.uniform([0.01, 0.5, 0.8, 0.05], [0.5, 0.95, 0.99, 1])
    )
    theta, state = rng.normal(size=4), None
    gradients = rng.normal(size=(6, 4)) * [0, 0.1, 1, 10]
    for g, point in zip(
        gradients, right(theta, gradients, rate, b, c, 1e-3, decay, kind)
    ):
        before = g.copy()
        theta, state = adam(theta, g, state, rate, b, c, 1e-3, decay, kind)
        assert (g == before).all()
        assert np.allclose(theta, point, rtol=1e-8, atol=1e-10)
### END HIDDEN TESTS
"""


def q9(rng):
    """Four sizes, with and without a look ahead; Adam itself is not among them."""
    forms = [(size, top) for size in SIZES for top in TOPS]
    size, top = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    size, top = SIZES[size], TOPS[top]
    body = fill(
        Q9, start=size["start"], code=size["code"], keep=size["keep"], top=top["code"]
    )
    adam = play(body)
    once, state = adam(0.0, 1.0, None, 0.1, 0.9, 0.8, 1e-12, 0.0, False)
    twice, _ = adam(once, 0.5, state, 0.1, 0.9, 0.8, 1e-12, 0.0, False)
    eps, _ = adam(1.0, 2.0, None, 0.1, 0.9, 0.999, 0.5, 0.0, False)
    right = fill(Q9_RIGHT, size=size["right"], top=top["right"])
    return {
        "q9-text": fill(
            Q9_TEXT,
            tops=top["story"],
            sizes=size["story"],
            formulas=size["formulas"],
            top=top["formula"],
        ),
        "q9": body,
        "q9-test1": fill(
            Q9_TEST1,
            right=right,
            one=shown(-once),
            two=shown(-twice),
            top1=top["first"],
            size1=size["first"],
            top2=top["second"],
            size2=size["second"],
        ),
        "q9-test2": fill(
            Q9_TEST2,
            right=right,
            one=shown(eps),
            size="1.8" if "surprise" in size["story"] else "2",
        ),
        "q9-test3": fill(
            Q9_TEST3, right=right, one=shown(2 + once), two=shown(1.9 + once)
        ),
        "q9-test1-hint": "Follow two steps by hand: the first is as long for every gradient, and the second shows what the size remembers.",
        "q9-test2-hint": "eps is added to the size at the very end, outside every root; a weight without gradients stays; arguments stay as they were.",
        "q9-test3-hint": "Coupled decay goes into g before anything is remembered; decoupled decay shrinks the weights by 1 - rate · decay and is seen by neither the mean nor the size.",
    }
