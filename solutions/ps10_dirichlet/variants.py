"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from course_tools.assignments.forms import fill, play, shown

GIVEN = {
    "digamma": digamma,
    "gammaln": gammaln,
    "trigamma": lambda a: polygamma(1, np.asarray(a, float)),
}

# --- question 5: another distance of two laws, and F at another place ---

# name -> text, its multiple of the form, solution, hand calculation, reference
DISTANCES = {
    "backwards": {
        "text": r"""The divergence of two laws is a mean of the difference of their log-densities, and it matters over whose draws. Here it is a mean over the draws of the **second** law, the one after the step:

$$D=\mathrm{KL}\big(p_{\alpha'}\,\|\,p_\alpha\big)=\mathbb E_{x\sim p_{\alpha'}}\big[\ln p(x;\alpha')-\ln p(x;\alpha)\big],\qquad\mathbb E_{x\sim p_{\alpha'}}[\ln x_i]=\psi(\alpha'_i)-\psi(\alpha'_0).$$""",
        "factor": ("0.5 * ", r"\tfrac12\,", "half"),
        "code": """\
mean_log = digamma(other) - digamma(other.sum())
distance = constant(other) - constant(alpha) + delta @ mean_log""",
        "why": "ln p' - ln p = ln 2 + ln x1, and under (2, 1) the mean of ln x1 is ψ(2) - ψ(3) = -1/2, so ln 2 - 1/2",
        "right": "sum(gammaln(a) - gammaln(b) + (b - a) * (digamma(b) - digamma(other.sum())) for a, b in zip(alpha, other)) + gammaln(other.sum()) - gammaln(alpha.sum())",
        "hint": "Write the difference of the two log-densities, then put the mean of ln x_i under the second law for every ln x_i.",
    },
    "both ways": {
        "text": r"""The divergence of two laws, $\mathrm{KL}(p\,\|\,q)=\mathbb E_{x\sim p}[\ln p(x)-\ln q(x)]$, is not the same in both directions. Jeffreys adds the two, and then it is:

$$D=\mathrm{KL}\big(p_\alpha\,\|\,p_{\alpha'}\big)+\mathrm{KL}\big(p_{\alpha'}\,\|\,p_\alpha\big),\qquad\mathbb E_{x\sim p_\alpha}[\ln x_i]=\psi(\alpha_i)-\psi(\alpha_0).$$

Write it out before you compute: most of it cancels.""",
        "factor": ("", "", "all"),
        "code": """\
change = digamma(other) - digamma(alpha)
change = change - digamma(other.sum()) + digamma(alpha.sum())
distance = delta @ change""",
        "why": "the mean of ln x1 is ψ(1) - ψ(2) = -1 under (1, 1) and ψ(2) - ψ(3) = -1/2 under (2, 1), and the difference of the two, times 1, is left",
        "right": "sum((b - a) * (digamma(b) - digamma(other.sum()) - digamma(a) + digamma(alpha.sum())) for a, b in zip(alpha, other))",
        "hint": "Add the two divergences: the constants cancel, and delta times the change of the means of ln x is left.",
    },
    "overlap": {
        "text": r"""Two laws are close if they overlap. *Bhattacharyya's distance* is minus the logarithm of their overlap,

$$D=-\ln\int\sqrt{p(x;\alpha)\,p(x;\alpha')}\;dx .$$

Remember that the density is $\prod_ix_i^{a_i-1}/B(a)$ with $\ln B(a)=\sum_i\ln\Gamma(a_i)-\ln\Gamma(a_0)$, and that therefore $\int\prod_ix_i^{a_i-1}dx=B(a)$, whatever the $a_i>0$ are: then no integral has to be computed.""",
        "factor": ("0.125 * ", r"\tfrac18\,", "an eighth"),
        "code": """\
middle = constant((alpha + other) / 2)
distance = middle - (constant(alpha) + constant(other)) / 2""",
        "why": "B is 1 for (1, 1), 1/2 for (2, 1) and 2/3 for (1.5, 1) in the middle, so the overlap is 2/3 over the root of 1/2",
        "right": "mixed(alpha, other, 0.5)",
        "hint": "The root of the product of two densities is x to the power of the mean parameters less 1, over the roots of the two constants.",
    },
    "quarter": {
        "text": r"""Two laws are close if they overlap, and *Chernoff's distance* lets one of them count for more; here the first counts three times as much as the second:

$$D=-\ln\int p(x;\alpha)^{3/4}\,p(x;\alpha')^{1/4}\;dx .$$

Remember that the density is $\prod_ix_i^{a_i-1}/B(a)$ with $\ln B(a)=\sum_i\ln\Gamma(a_i)-\ln\Gamma(a_0)$, and that therefore $\int\prod_ix_i^{a_i-1}dx=B(a)$, whatever the $a_i>0$ are: then no integral has to be computed.""",
        "factor": ("3 / 32 * ", r"\tfrac3{32}\,", "3/32"),
        "code": """\
mixed = constant(0.75 * alpha + 0.25 * other)
distance = mixed - 0.75 * constant(alpha) - 0.25 * constant(other)""",
        "why": "B is 1 for (1, 1), 1/2 for (2, 1) and 1/1.25 for (1.25, 1), a quarter of the way, so the integral is 0.8 over the fourth root of 1/2",
        "right": "mixed(alpha, other, 0.25)",
        "hint": "The product of the powers is x to the power of the weighted mean parameters less 1, over the powers of the two constants.",
    },
}
PLACES = {
    "middle": {
        "text": r"$F$ is not the same at both ends of the step; here it is the one in the **middle**, at $\alpha+\delta/2$",
        "formula": r"F(\alpha+\tfrac12\delta)",
        "code": "alpha + delta / 2",
        "entry": "in the middle, at (1.5, 1), F has ψ′(1.5) - ψ′(2.5) = 0.4444 as its first entry",
        "hint": "with F in the middle of the step",
    },
    "end": {
        "text": r"$F$ is not the same at both ends of the step; here it is the one at the **end**, at $\alpha'$",
        "formula": r"F(\alpha+\delta)",
        "code": "other",
        "entry": "at the end, at (2, 1), F has ψ′(2) - ψ′(3) = 0.25 as its first entry",
        "hint": "with F at the end of the step",
    },
}

Q5_TEXT = r"""
## 5. How far apart are two laws? (2 points)

<<text>>

For $\alpha'=\alpha+\delta$ with small $\delta$ it is *about* the quadratic form $<<multiple>>\delta^\top F\,\delta$ with the Fisher matrix $F=\mathrm{diag}\,\psi'(\alpha_i)-\psi'(\alpha_0)\,\mathbf 1\mathbf 1^\top$. That is what makes $F$ a yardstick, for every distance of this kind. <<place>>.

**Write** `divergence_and_form(alpha, delta)`. `alpha`, `delta`: (K,), and `alpha + delta` is positive. Returns `(distance, form)`, two numbers: the exact $D$, with $\alpha'=\alpha+\delta$, and $<<multiple>>\delta^\top <<formula>>\,\delta$.
"""

Q5 = '''
def divergence_and_form(alpha, delta):
    """Distance of p(alpha) and p(alpha + delta), and its quadratic form."""
    ### BEGIN SOLUTION
    other = alpha + delta

    def constant(a):
        return gammaln(a.sum()) - gammaln(a).sum()

    <<code>>
    place = <<place>>
    F = np.diag(trigamma(place)) - trigamma(place.sum())
    return float(distance), float(<<factor>>delta @ F @ delta)
    ### END SOLUTION
'''

Q5_TEST1 = """
found = divergence_and_form(np.array([1.0, 1.0]), np.array([1.0, 0.0]))
assert found is not None and len(found) == 2, "return two numbers: (distance, form)"
assert abs(float(found[0]) - <<answer>>) < 1e-6, (
    "from (1, 1) to (2, 1): <<why>>: D = <<answer>>; "
    f"yours: {float(found[0]):.5f}"
)


### BEGIN HIDDEN TESTS
def mixed(alpha, other, share):
    both = (1 - share) * alpha + share * other
    value = gammaln(both.sum()) - (1 - share) * gammaln(alpha.sum())
    value -= share * gammaln(other.sum())
    for a, b, c in zip(alpha, other, both):
        value += (1 - share) * gammaln(a) + share * gammaln(b) - gammaln(c)
    return value


for _ in range(8):
    K = int(rng.integers(2, 9))
    alpha, other = rng.uniform(0.4, 9, (2, K))
    delta = other - alpha
    before = alpha.copy(), delta.copy()
    expected = <<right>>
    distance = float(divergence_and_form(alpha, delta)[0])
    assert abs(distance - expected) < 1e-8 * (1 + expected)
    assert (alpha == before[0]).all() and (delta == before[1]).all()
same = divergence_and_form(np.array([2.0, 3.0]), np.zeros(2))
assert abs(float(same[0])) < 1e-12
### END HIDDEN TESTS
"""

Q5_TEST2 = """
form = float(divergence_and_form(np.array([1.0, 1.0]), np.array([1.0, 0.0]))[1])
assert abs(form - <<one>>) < 1e-5, (
    "alpha = (1, 1), delta = (1, 0): <<entry>>; "
    f"<<word>> of it is <<one>>; yours: {form:.5f}"
)
form = float(divergence_and_form(np.array([1.0, 2.0]), np.array([1.0, -1.0]))[1])
assert abs(form - <<two>>) < 1e-5, (
    "alpha = (1, 2), delta = (1, -1): whatever ψ′ of the sum is, it cancels here, and "
    f"<<word>> of the two other ψ′ together is <<two>>; yours: {form:.5f}"
)
### BEGIN HIDDEN TESTS
for _ in range(8):
    K = int(rng.integers(2, 9))
    alpha, other = rng.uniform(0.4, 9, (2, K))
    delta = other - alpha
    place = <<place>>
    expected = <<factor>>sum(
        polygamma(1, a) * d**2 for a, d in zip(place, delta)
    ) - <<factor>>polygamma(1, sum(place)) * sum(delta) ** 2
    form = float(divergence_and_form(alpha, delta)[1])
    assert abs(form - expected) < 1e-8 * (1 + expected)
### END HIDDEN TESTS
"""


def q5(rng):
    """Four other distances, with the matrix in the middle or at the end."""
    distance = DISTANCES[str(rng.choice(list(DISTANCES)))]
    place = PLACES[str(rng.choice(list(PLACES)))]
    factor, multiple, word = distance["factor"]
    body = fill(Q5, code=distance["code"], place=place["code"], factor=factor)
    function = play(body, **GIVEN)
    answer, one = function(np.array([1.0, 1.0]), np.array([1.0, 0.0]))
    two = function(np.array([1.0, 2.0]), np.array([1.0, -1.0]))[1]
    return {
        "q5-text": fill(
            Q5_TEXT,
            text=distance["text"],
            multiple=multiple,
            place=place["text"],
            formula=place["formula"],
        ),
        "q5": body,
        "q5-test1": fill(
            Q5_TEST1, answer=shown(answer), why=distance["why"], right=distance["right"]
        ),
        "q5-test2": fill(
            Q5_TEST2,
            one=shown(one),
            two=shown(two),
            entry=place["entry"],
            place=place["code"],
            factor=factor,
            word=word,
        ),
        "q5-test1-hint": distance["hint"],
        "q5-test2-hint": f"{word.capitalize()} of delta times F times delta, {place['hint']}; both terms of every entry count.",
    }


# --- question 8: another reading of i, another diagonal ---

# name -> text, solution, alpha of the example, a law that is none, one that is, reference
READINGS = {
    "from the output": {
        "text": r"In this course it counts the network's parameter arrays **from the output back**: the last array of the list has the number 1, the one before 2, and so on; all weights of an array share their $\alpha$, $\alpha_k=$ `start + slope * k` for the array number $k$.",
        "code": "numbers = np.arange(len(sizes), 0, -1)\nalpha = np.repeat(start + slope * numbers, sizes)",
        "alphas": "alpha is 4, 4 for the first array, 3 for the second and 2 for the last",
        "none": (
            "0.1, 1.5, -1.0, [4, 4]",
            "alpha would be -0.5 for the first array, which has the number 2",
        ),
        "some": (
            "0.1, 2.5, -1.0, [5, 4]",
            "alpha is 0.5 for the first array and 1.5 for the last, both positive",
        ),
        "right": "for k, size in enumerate(sizes):\n    alphas += size * [start + slope * (len(sizes) - k)]",
        "hint": "The last array has the number 1",
    },
    "layers": {
        "text": r"In this course it counts the **layers**. Each has two arrays in the list, weights and biases, which share their number: 1, 1, 2, 2, 3, 3, ... (the last layer may have only one array). All weights of layer $k$ share $\alpha_k=$ `start + slope * k`.",
        "code": "numbers = np.arange(len(sizes)) // 2 + 1\nalpha = np.repeat(start + slope * numbers, sizes)",
        "alphas": "alpha is 2 for the first two arrays, which make the first layer, and 3 for the last",
        "none": (
            "0.1, 1.5, -1.0, [4, 4, 1]",
            "alpha would be -0.5 for the third array, the second layer",
        ),
        "some": (
            "0.1, 1.5, -1.0, [5, 4]",
            "both arrays belong to the first layer, where alpha is 0.5, so there is a law",
        ),
        "right": "for k, size in enumerate(sizes):\n    alphas += size * [start + slope * (1 + (k - k % 2) / 2)]",
        "hint": "Arrays number 0 and 1 of the list make the first layer",
    },
    "fractions": {
        "text": r"In this course it counts the weights, $i=1,2,\dots,P$, through all arrays, but as a **fraction** of them all, so that every weight has an $\alpha$ of its own and none gets far: $\alpha_i=$ `start + slope * i / P`.",
        "code": "P = sum(sizes)\nalpha = start + slope * np.arange(1, P + 1) / P",
        "alphas": "alpha is 1.25, 1.5, 1.75 and 2 for the four weights",
        "none": ("0.1, 1.0, -1.0, [4, 4]", "alpha would be 0 for the last weight"),
        "some": (
            "0.1, 1.5, -1.0, [5, 4]",
            "alpha falls from 1.5 - 1/9 to 0.5 and is positive for all nine weights",
        ),
        "right": "count = sum(sizes)\nalphas += [start + slope * i / count for i in range(1, count + 1)]",
        "hint": "Every weight has its own alpha, the last one start + slope",
    },
}
DIAGONALS = {
    "alone": {
        "text": r"With the diagonal alone, and $\psi'(\alpha_0)$ dropped from it as the paper does, the step of weight $i$ is $\eta\,u_i/\psi'(\alpha_i)$: the method is SGD with momentum at the **effective rate** $\eta/\psi'(\alpha_i)$.",
        "code": "return rate / trigamma(alpha)",
        "right": "rate / np.diag(F + total)",
        "why": "the rate is divided by ψ′ of that",
        "hint": "divide the rate by trigamma",
    },
    "whole entry": {
        "text": r"The paper keeps the diagonal of $F$ and drops $\psi'(\alpha_0)$ even there. Take all of it: the step of weight $i$ is $\eta\,u_i/F_{ii}$ with $F_{ii}=\psi'(\alpha_i)-\psi'(\alpha_0)$, where $\alpha_0$ is the sum of the $\alpha$ of **all weights**. So the method is SGD with momentum at the **effective rate** $\eta/F_{ii}$.",
        "code": "return rate / (trigamma(alpha) - trigamma(alpha.sum()))",
        "right": "rate / np.diag(F)",
        "why": "the rate is divided by ψ′ of that minus ψ′ of their sum, every weight counted",
        "hint": "divide the rate by trigamma minus the trigamma of the sum over all weights, not over arrays",
    },
    "of the inverse": {
        "text": r"""The paper inverts the diagonal of $F$. What should be kept, if anything, is the diagonal of the *inverse*, and question 3's formula shows it: with $h_i=1/\psi'(\alpha_i)$ and $c=\psi'(\alpha_0)$, where sums (that in $\alpha_0$, too) run over **all weights**,

$$(F^{-1})_{ii}=h_i+\frac{c\,h_i^2}{1-c\sum_jh_j}.$$

Then the method is SGD with momentum at the **effective rate** $\eta\,(F^{-1})_{ii}$.""",
        "code": "h, c = 1 / trigamma(alpha), trigamma(alpha.sum())\nreturn rate * (h + c * h**2 / (1 - c * h.sum()))",
        "right": "rate * np.diag(np.linalg.inv(F))",
        "why": "with h = 1 / ψ′ of that and c = ψ′ of their sum, every weight counted, the rate is multiplied by h + c h² / (1 - c Σh)",
        "hint": "the sums of h and of alpha run over all weights, not over arrays",
    },
}

Q8_TEXT = r"""
## 8. What the diagonal really is (2 points)

<<diagonal>> The paper chooses $\alpha_i=\alpha+s\,i$, say $\alpha_i=7.4-0.02\,i$, and does not say what $i$ counts. <<reading>>

**Write** `effective_rates(rate, start, slope, sizes)`. $\eta$, $\alpha$, $s$: numbers; `sizes`: the number of weights in each parameter array, from the input to the output; together at least two. Returns the effective rate of every weight, (P,), $P$ the sum of the sizes, array by array. If the $\alpha$ of any weight is zero or negative there is no law: return `None`.
"""

Q8 = '''
def effective_rates(rate, start, slope, sizes):
    """The effective rate of every weight, or None."""
    ### BEGIN SOLUTION
    <<alpha>>
    if (alpha <= 0).any():
        return None
    <<rates>>
    ### END SOLUTION
'''

Q8_RIGHT = """
def right(rate, start, slope, sizes):
    alphas = []
    <<alphas>>
    if min(alphas) <= 0:
        return None
    total = float(polygamma(1, sum(alphas)))
    F = np.diag(polygamma(1, np.array(alphas))) - total
    return <<rates>>
"""

Q8_TEST1 = """
rates = effective_rates(0.1, 1.0, 1.0, [2, 1, 1])
assert rates is not None and np.shape(rates) == (4,), (
    f"arrays with 2, 1 and 1 weights: shape (4,); yours: {np.shape(rates)}"
)
assert np.allclose(rates, [<<answer>>], atol=1e-5), (
    "<<alphas>>; <<why>>: <<answer>>; "
    f"yours: {np.asarray(rates)}"
)
### BEGIN HIDDEN TESTS
<<right>>


for _ in range(8):
    sizes = [int(k) for k in rng.integers(1, 9, int(rng.integers(2, 7)))]
    rate, start = float(rng.uniform(0.001, 0.2)), float(rng.uniform(3, 9))
    slope = float(rng.uniform(-0.4, 0.4))
    expected = right(rate, start, slope, sizes)
    rates = np.asarray(effective_rates(rate, start, slope, sizes))
    assert rates.shape == (sum(sizes),)
    assert np.allclose(rates, expected, rtol=1e-7, atol=0)
### END HIDDEN TESTS
"""

Q8_TEST2 = """
assert effective_rates(<<none>>) is None, (
    "<<none_why>>: there is no such law, return None"
)
rates = effective_rates(<<some>>)
assert rates is not None and np.shape(rates) == (9,), (
    "<<some_why>>; yours: "
    f"{rates}"
)
### BEGIN HIDDEN TESTS
<<right>>


kinds = set()
cases = [(1.0, -1.0, [1, 1, 2]), (3.0, -1.0, [1, 1, 2]), (3.0, -1.0, [2] * 6)]
cases += [(3.0, -1.0, [2] * 5), (-0.5, 1.0, [3, 1]), (-2.5, 1.0, [3, 2, 1])]
cases += [(2.0, -1.0, [1, 2, 1, 2]), (0.0, 1.0, [3, 2]), (1.5, -1.0, [1, 2, 3])]
for _ in range(12):
    sizes = [int(k) for k in rng.integers(1, 9, int(rng.integers(2, 7)))]
    start, last = float(rng.uniform(0.5, 2)), float(rng.uniform(0.05, 0.4))
    for count in (1, (len(sizes) + 1) // 2, len(sizes)):
        for end in (last, -last):
            cases.append((start, (end - start) / count, sizes))
for start, slope, sizes in cases:
    expected = right(0.1, start, slope, sizes)
    kept = list(sizes)
    rates = effective_rates(0.1, start, slope, sizes)
    assert (rates is None) == (expected is None) and sizes == kept
    kinds.add(rates is None)
    if rates is not None:
        assert np.shape(rates) == (sum(sizes),)
        assert np.allclose(rates, expected, rtol=1e-6, atol=0)
assert len(kinds) == 2
### END HIDDEN TESTS
"""


def q8(rng):
    """Three other readings of i with three diagonals."""
    reading = READINGS[str(rng.choice(list(READINGS)))]
    diagonal = DIAGONALS[str(rng.choice(list(DIAGONALS)))]
    body = fill(Q8, alpha=reading["code"], rates=diagonal["code"])
    answer = play(body, **GIVEN)(0.1, 1.0, 1.0, [2, 1, 1])
    right = fill(Q8_RIGHT, alphas=reading["right"], rates=diagonal["right"])
    return {
        "q8-text": fill(Q8_TEXT, diagonal=diagonal["text"], reading=reading["text"]),
        "q8": body,
        "q8-test1": fill(
            Q8_TEST1,
            answer=shown(answer),
            alphas=reading["alphas"],
            why=diagonal["why"],
            right=right,
        ),
        "q8-test2": fill(
            Q8_TEST2,
            none=reading["none"][0],
            none_why=reading["none"][1],
            some=reading["some"][0],
            some_why=reading["some"][1],
            right=right,
        ),
        "q8-test1-hint": f"{reading['hint']}; {diagonal['hint']}.",
        "q8-test2-hint": f"{reading['hint']}. Look at the alphas of all weights, and at zero as well, before you divide; only an alpha that is used can forbid the law.",
    }
