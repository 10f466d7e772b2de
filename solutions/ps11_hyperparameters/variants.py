"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

from course_tools.assignments.forms import fill, play, shown

# --- question 3: another way up and down, another end ---

# name -> story, formulas and code of rate and momentum, reference
CLIMBS = {
    "cosine": {
        "story": "Up to the highest rate along half a wave of a cosine, which starts and arrives gently, down again in the same way",
        "rate": r"\eta_{\min}+(\eta_{\max}-\eta_{\min})\,\tfrac12(1-\cos\pi u_t)",
        "momentum": r"0.95-0.1\cdot\tfrac12(1-\cos\pi u_t)",
        "code": "share = (1 - np.cos(np.pi * u)) / 2\nrates.append(low + (high - low) * share)\nmomenta.append(0.95 - 0.1 * share)",
        "rates": "low + (high - low) * np.sin(np.pi * u / 2) ** 2",
        "momenta": "0.95 - 0.1 * np.sin(np.pi * u / 2) ** 2",
        "hint": "Half a cosine up in h steps and the same way down",
    },
    "square": {
        "story": "Up to the highest rate along a parabola, slowly at first, since the first steps are the dangerous ones, down again in the same way",
        "rate": r"\eta_{\min}+(\eta_{\max}-\eta_{\min})\,u_t^2",
        "momentum": r"0.95-0.1\,u_t^2",
        "code": "rates.append(low + (high - low) * u**2)\nmomenta.append(0.95 - 0.1 * u**2)",
        "rates": "low * (1 - u * u) + high * u * u",
        "momenta": "0.95 * (1 - u * u) + 0.85 * u * u",
        "hint": "The square of u, up in h steps and the same way down",
    },
    "ratios": {
        "story": "Up to the highest rate in equal *ratios*, as in the range test, down again in the same way",
        "rate": r"\eta_{\min}\,(\eta_{\max}/\eta_{\min})^{u_t}",
        "momentum": r"1-0.05\cdot3^{u_t}",
        "code": "rates.append(low * (high / low) ** u)\nmomenta.append(1 - 0.05 * 3**u)",
        "rates": "np.exp((1 - u) * np.log(low) + u * np.log(high))",
        "momenta": "1 - np.exp((1 - u) * np.log(0.05) + u * np.log(0.15))",
        "hint": "Each rate is the same multiple of the one before, h steps up and h steps down; what grows in equal ratios in the momentum is 1 - μ",
    },
}
ENDS = {
    "cosine": {
        "story": "along half a cosine",
        "formula": r"\eta_{\min}\big[0.01+0.99\cdot\tfrac12(1+\cos\pi v_t)\big]",
        "code": "low * (0.01 + 0.99 * (1 + np.cos(np.pi * v)) / 2)",
        "right": "low * (1 - 0.99 * np.sin(np.pi * v / 2) ** 2)",
    },
    "square": {
        "story": "along a parabola that arrives gently",
        "formula": r"\eta_{\min}\big[0.01+0.99\,(1-v_t)^2\big]",
        "code": "low * (0.01 + 0.99 * (1 - v) ** 2)",
        "right": "low * (1 - 1.98 * v + 0.99 * v * v)",
    },
    "ratios": {
        "story": "in equal ratios",
        "formula": r"\eta_{\min}\,0.01^{\,v_t}",
        "code": "low * 0.01**v",
        "right": "low * 10 ** (-2 * v)",
    },
}

Q3_TEXT = r"""
## 3. One cycle (3 points)

<<story>>, and for the last tenth of the run <<end>> down to well below the start; the momentum the other way round, so that $\eta/(1-\mu)$ does not grow too fast. With $T$ steps and $h=\lfloor9T/20\rfloor$ let $u_t=t/h$ on the way up, $0\le t<h$, and $u_t=2-t/h$ on the way down, $h\le t<2h$; and $v_t=\frac{t-2h}{T-2h}$ at the end, $2h\le t<T$. Then

$$\eta_t=\begin{cases}<<rate>>&0\le t<2h\\<<formula>>&2h\le t<T\end{cases}\qquad\mu_t=\begin{cases}<<momentum>>&0\le t<2h\\0.95&2h\le t<T\end{cases}$$

**Write** `one_cycle(T, low, high)`. $T\ge3$ steps, the lowest and highest rate of the cycle, both positive. Returns `(rates, momenta)`, shapes (T,).
"""

Q3 = '''
def one_cycle(T, low, high):
    """Rates and momenta of T steps."""
    ### BEGIN SOLUTION
    h = 9 * T // 20
    rates, momenta = [], []
    for t in range(T):
        if t < 2 * h:
            u = 1 - abs(t - h) / h
            <<climb>>
        else:
            v = (t - 2 * h) / (T - 2 * h)
            rates.append(<<end>>)
            momenta.append(0.95)
    return np.array(rates), np.array(momenta)
    ### END SOLUTION
'''

Q3_TEST1 = """
found = one_cycle(100, 0.1, 1.0)
assert found is not None and len(found) == 2, "return two arrays: (rates, momenta)"
rates = np.asarray(found[0])
assert rates.shape == (100,), f"a rate for each step: (100,); yours: {rates.shape}"
for t, u, right in (<<cases>>):
    assert abs(rates[t] - right) < 1e-5, (
        f"100 steps from 0.1 to 1: h = 45, u = {u} in step {t} and its rate {right}; "
        f"yours: {rates[t]:.5f}"
    )
### BEGIN HIDDEN TESTS
for T in (3, 5, 20, 39, *(int(k) for k in rng.integers(6, 300, 6))):
    low, high = float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.2, 3))
    rates = np.asarray(one_cycle(T, low, high)[0])
    h = (9 * T) // 20
    assert rates.shape == (T,)
    u = np.interp(np.arange(2 * h), [0, h, 2 * h], [0.0, 1.0, 0.0])
    assert np.allclose(rates[: 2 * h], <<rates>>, rtol=1e-9)
### END HIDDEN TESTS
"""

Q3_TEST2 = """
rates = np.asarray(one_cycle(100, 0.1, 1.0)[0])
for t, v, right in (<<cases>>):
    assert abs(rates[t] - right) < 1e-6, (
        f"100 steps from 0.1 to 1: 2h = 90, v = {v} in step {t} and its rate {right}; "
        f"yours: {rates[t]:.6f}"
    )
### BEGIN HIDDEN TESTS
for T in (3, 5, 20, 39, *(int(k) for k in rng.integers(6, 300, 6))):
    low, high = float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.2, 3))
    rates = np.asarray(one_cycle(T, low, high)[0])
    rest = 2 * ((9 * T) // 20)
    v = np.arange(T - rest) / (T - rest)
    assert rates.shape == (T,) and np.allclose(rates[rest:], <<right>>, rtol=1e-9)
### END HIDDEN TESTS
"""

Q3_TEST3 = """
momenta = np.asarray(one_cycle(100, 0.1, 1.0)[1])
assert momenta.shape == (100,), f"one for each step: (100,); yours: {momenta.shape}"
for t, u, right in (<<cases>>, (90, "-", 0.95), (99, "-", 0.95)):
    assert abs(momenta[t] - right) < 1e-5, (
        f"100 steps, h = 45: u = {u} in step {t} and its momentum {right}; yours: "
        f"{momenta[t]:.5f}"
    )
### BEGIN HIDDEN TESTS
for T in (3, 5, 20, 39, *(int(k) for k in rng.integers(6, 300, 6))):
    low, high = float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.2, 3))
    momenta = np.asarray(one_cycle(T, low, high)[1])
    h = (9 * T) // 20
    u = np.interp(np.arange(T), [0, h, 2 * h, T], [0.0, 1.0, 0.0, 0.0])
    assert momenta.shape == (T,) and np.allclose(momenta, <<momenta>>, rtol=1e-9)
### END HIDDEN TESTS
"""


def q3(rng):
    """Three other ways up and down with three other ends."""
    climb = CLIMBS[str(rng.choice(list(CLIMBS)))]
    end = ENDS[str(rng.choice(list(ENDS)))]
    body = fill(Q3, climb=climb["code"], end=end["code"])
    rates, momenta = play(body)(100, 0.1, 1.0)

    def cases(values, steps, share):
        return ", ".join(
            f"({t}, {shown(share(t), 3)}, {shown(values[t])})" for t in steps
        )

    def u(t):
        return 1 - abs(t - 45) / 45

    return {
        "q3-text": fill(
            Q3_TEXT,
            story=climb["story"],
            rate=climb["rate"],
            momentum=climb["momentum"],
            end=end["story"],
            formula=end["formula"],
        ),
        "q3": body,
        "q3-test1": fill(
            Q3_TEST1, cases=cases(rates, (0, 15, 45, 60), u), rates=climb["rates"]
        ),
        "q3-test2": fill(
            Q3_TEST2,
            cases=cases(rates, (90, 95, 99), lambda t: (t - 90) / 10),
            right=end["right"],
        ),
        "q3-test3": fill(
            Q3_TEST3, cases=cases(momenta, (0, 15, 45, 60), u), momenta=climb["momenta"]
        ),
        "q3-test1-hint": f"{climb['hint']}; the top is reached exactly, at step h.",
        "q3-test2-hint": f"The end falls {end['story']} from the lowest rate of the cycle towards a hundredth of it, which the step after the last would have.",
        "q3-test3-hint": f"Momentum is low where the rate is high. {climb['hint']}. In the last part it stays at 0.95.",
    }


# --- question 5: another kind of momentum, another thing to keep ---

# name -> text, effective rate, its limit, code, iteration of (weight, memory)
MOMENTA = {
    "heavy": {
        "text": r"A constant gradient moves the weights by $\eta/(1-\mu)$ per step in the end. So another momentum at the same rate is another run in other respects, too.",
        "formulas": {
            "batch": r"\frac{\eta}{B\,(1-\mu)}",
            "root": r"\frac{\eta}{\sqrt B\,(1-\mu)}",
            "alone": r"\frac{\eta}{1-\mu}",
        },
        "limit": r"\eta\,\lambda<2\,(1+\mu)",
        "change": " * (1 - new_mu) / (1 - mu)",
        "left": "new_rate * curvature",
        "scale": "(1 - {mu})",
        "matrix": "[[1 - r * c, -r * m], [c, m]]",
        "why": "momentum 0.9 at rate 0.1 moves ten rates per step in the end, so without momentum the rate must be ten times larger",
        "hint": "Less momentum needs a larger rate",
        "limit_hint": "without momentum the limit is two over the curvature",
    },
    "averaged": {
        "text": r"In this question momentum is a running **mean** of gradients, $v\leftarrow\mu v+(1-\mu)\,g$, $\theta\leftarrow\theta-\eta v$, as in Adam. So a constant gradient moves the weights by $\eta$ per step in the end, whatever $\mu$ is; what needs care is the batch, and the limit below.",
        "formulas": {"batch": r"\frac{\eta}{B}", "root": r"\frac{\eta}{\sqrt B}"},
        "limit": r"\eta\,\lambda\,(1-\mu)<2\,(1+\mu)",
        "change": "",
        "left": "new_rate * curvature * (1 - new_mu)",
        "scale": "1",
        "matrix": "[[1 - r * (1 - m) * c, -r * m], [(1 - m) * c, m]]",
        "why": "a mean of gradients is as long as one gradient with any momentum, so the rate stays",
        "hint": "A mean is as long as one gradient, so momentum does not touch the rate",
        "limit_hint": "averaging makes larger rates stable, by 1 - mu of the new momentum",
    },
    "ahead": {
        "text": r"In this question momentum looks **ahead** (Nesterov): $v\leftarrow\mu v+\nabla E(\theta-\eta\mu v)$, $\theta\leftarrow\theta-\eta v$. A constant gradient moves the weights by $\eta/(1-\mu)$ per step in the end. So another momentum at the same rate is another run in other respects, too.",
        "formulas": {
            "batch": r"\frac{\eta}{B\,(1-\mu)}",
            "root": r"\frac{\eta}{\sqrt B\,(1-\mu)}",
            "alone": r"\frac{\eta}{1-\mu}",
        },
        "limit": r"\eta\,\lambda\,(1+2\mu)<2\,(1+\mu)",
        "change": " * (1 - new_mu) / (1 - mu)",
        "left": "new_rate * curvature * (1 + 2 * new_mu)",
        "scale": "(1 - {mu})",
        "matrix": "[[1 - r * c, -r * m * (1 - r * c)], [c, m * (1 - r * c)]]",
        "why": "momentum 0.9 at rate 0.1 moves ten rates per step in the end, so without momentum the rate must be ten times larger",
        "hint": "Less momentum needs a larger rate",
        "limit_hint": "looking ahead lowers the limit by 1 + 2 mu, with the new momentum",
    },
}
KEPT = {
    "batch": {
        "text": "To change momentum and batch and *nothing else*, keep the noise scale, up to $N$,",
        "name": "the noise scale",
        "change": " * new_batch / batch",
        "scale": "new_batch / batch",
        "why": "four times the batch shakes the weights four times less: the rate may be four times larger",
        "hint": "a larger batch allows a larger rate, in proportion",
    },
    "root": {
        "text": r"The gradient of a batch is off by about $1/\sqrt B$. So a rule of thumb, the *square-root rule*, lets the rate grow with the root of the batch. To change momentum and batch by this rule, keep",
        "name": "this quotient",
        "change": " * np.sqrt(new_batch / batch)",
        "scale": "(new_batch / batch) ** 0.5",
        "why": "the gradient of four times the batch is off by half as much, so by the rule the rate may be twice as large",
        "hint": "a larger batch allows a larger rate, in proportion to its square root",
    },
    "alone": {
        "text": "To change momentum and batch and still be carried as far by a *constant* gradient in each step (whatever the batch does to the noise), keep",
        "name": "the effective rate",
        "change": "",
        "scale": "1",
        "why": "a constant gradient is the same in any batch: the rate stays",
        "hint": "the batch does not matter here",
    },
}

Q5_TEXT = r"""
## 5. The same run with another momentum (2 points)

"Smaller momentum is better", the paper finds, at one and the same rate. <<momentum>> <<kept>>

$$<<formula>>.$$

There is a limit. On a mode of curvature $\lambda$ this momentum is stable only for

$$<<limit>>.$$

**Write** `same_noise(rate, mu, batch, new_mu, new_batch, curvature)` (the name is the one of the published course). `curvature`: the largest λ. Returns `(new_rate, stable)`: the rate that keeps <<name>>, and whether it is stable with `new_mu` (True or False).
"""

Q5 = '''
def same_noise(rate, mu, batch, new_mu, new_batch, curvature):
    """(rate that keeps <<name>>, whether it is stable)."""
    ### BEGIN SOLUTION
    new_rate = rate<<batch>><<mu>>
    return new_rate, bool(<<left>> < 2 * (1 + new_mu))
    ### END SOLUTION
'''

Q5_TEST1 = """
found = same_noise(0.1, 0.9, 64, 0.0, 64, 1.0)
assert found is not None and len(found) == 2, "return two values: (new_rate, stable)"
assert abs(float(found[0]) - <<one>>) < 1e-9, (
    "<<mu_why>>: "
    f"<<one>>; yours: {float(found[0]):.4g}"
)
new = float(same_noise(0.1, 0.9, 64, 0.9, 256, 1.0)[0])
assert abs(new - <<two>>) < 1e-9, (
    "<<batch_why>>: "
    f"<<two>>; yours: {new:.4g}"
)
### BEGIN HIDDEN TESTS
for _ in range(10):
    rate = float(rng.uniform(0.001, 1))
    mu, new_mu = (float(v) for v in rng.uniform(0, 0.99, 2))
    batch, new_batch = (int(k) for k in rng.integers(1, 1000, 2))
    new = float(same_noise(rate, mu, batch, new_mu, new_batch, 1.0)[0])
    assert np.isclose(new * <<old_scale>>, rate * <<new_scale>> * <<batch_scale>>)
### END HIDDEN TESTS
"""

Q5_TEST2 = """
for curvature, right in ((<<below>>, True), (<<above>>, False)):
    stable = same_noise(0.1, 0.9, 64, 0.5, 64, curvature)[1]
    assert stable is not None and bool(stable) == right, (
        "the rate becomes <<rate>>, and with momentum 0.5 that is stable up to a "
        f"curvature of <<limit>>. Here it is {curvature}, so {right}; yours: {stable}"
    )
### BEGIN HIDDEN TESTS
for case in range(16):
    mu, new_mu = (float(v) for v in rng.uniform(0, 0.99, 2))
    rate, batch = float(rng.uniform(0.01, 1)), 64
    new_batch = int(rng.integers(1, 500))
    r, m = rate * <<new_scale>> * <<batch_scale>> / <<old_scale>>, new_mu
    low, c = 0.0, 1e-9
    while np.abs(np.linalg.eigvals(<<matrix>>)).max() < 1:
        low, c = c, 2 * c
    high = c
    for _ in range(50):  # where the iteration itself begins to grow
        c = (low + high) / 2
        if np.abs(np.linalg.eigvals(<<matrix>>)).max() < 1:
            low = c
        else:
            high = c
    factor = float(rng.uniform(0.5, 0.98) if case % 2 else rng.uniform(1.02, 1.9))
    stable = same_noise(rate, mu, batch, new_mu, new_batch, factor * high)[1]
    assert stable is not None and bool(stable) == bool(case % 2)
### END HIDDEN TESTS
"""


def q5(rng):
    """Three kinds of momentum and three things to keep, less the published pair."""
    forms = [(m, k) for m in MOMENTA for k in MOMENTA[m]["formulas"]]
    m, k = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    momentum, kept = MOMENTA[m], KEPT[k]
    body = fill(
        Q5,
        name=kept["name"],
        batch=kept["change"],
        mu=momentum["change"],
        left=momentum["left"],
    )
    function = play(body)
    rate = function(0.1, 0.9, 64, 0.5, 64, 1.0)[0]
    # what stands left of the limit for rate and curvature 1 and momentum 1/2
    left = play(
        f"def left(new_rate, curvature, new_mu):\n    return {momentum['left']}"
    )
    limit = 3 / left(rate, 1.0, 0.5)
    scales = {
        "old_scale": momentum["scale"].format(mu="mu"),
        "new_scale": momentum["scale"].format(mu="new_mu"),
        "batch_scale": kept["scale"],
    }
    return {
        "q5-text": fill(
            Q5_TEXT,
            momentum=momentum["text"],
            kept=kept["text"],
            formula=momentum["formulas"][k],
            limit=momentum["limit"],
            name=kept["name"],
        ),
        "q5": body,
        "q5-test1": fill(
            Q5_TEST1,
            one=shown(function(0.1, 0.9, 64, 0.0, 64, 1.0)[0]),
            two=shown(function(0.1, 0.9, 64, 0.9, 256, 1.0)[0]),
            mu_why=momentum["why"],
            batch_why=kept["why"],
            **scales,
        ),
        "q5-test2": fill(
            Q5_TEST2,
            below=shown(0.95 * limit),
            above=shown(1.05 * limit),
            rate=shown(rate),
            limit=shown(limit),
            matrix=momentum["matrix"],
            **scales,
        ),
        "q5-test1-hint": f"{momentum['hint']}; {kept['hint']}.",
        "q5-test2-hint": f"The limit is that of the new momentum and the new rate; {momentum['limit_hint']}.",
    }
