"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other. Question 6 without a border stays
as it is, for question 10 calls it so.
"""

# ruff: noqa: E501 - prose of a notebook

import math
import re

import numpy as np

# --- question 6: a border that is not zero, or not on every side ---

# name -> (what is in the border, mode of np.pad, Python of the pixel that place k of a
#          line of n pixels shows)
BORDERS = {
    "zeros": (
        "zeros, as before",
        "",
        "k if 0 <= k < n else None",
    ),
    "around": (
        "what lies at the opposite end, as on a map of the sky: above the first row is the last, left of the first column the last, and so on",
        "wrap",
        "k % n",
    ),
    "edge": (
        "copies of the nearest pixel of the image",
        "edge",
        "min(max(k, 0), n - 1)",
    ),
    "mirror": (
        "the image mirrored at its outermost pixels, which are not repeated: above row 0 stands row 1, above that row 2, below the last row the last but one, and so on",
        "reflect",
        "abs(k) if k < n else 2 * (n - 1) - k",
    ),
}
# name -> (in words, Python and formula of how much is added to a line, before and
#          after a line, where window 0 begins, seen from the image)
SIDES = {
    "every side": (
        "around the image",
        "2 * padding",
        "2\\pi",
        "(padding, padding)",
        " - padding",
    ),
    "below and right": (
        "**below and right of the image only**, so that the first window begins at the first pixel",
        "padding",
        "\\pi",
        "(0, padding)",
        "",
    ),
}


def q6(rng):
    """Four borders, on every side or on two."""
    forms = [(border, side) for border in BORDERS for side in SIDES]
    border, side = forms[
        1 + int(rng.integers(len(forms) - 1))
    ]  # the first is published
    holds, mode, place = BORDERS[border]
    where, total, wide, pair, begin = SIDES[side]
    copies = border != "zeros"
    own = (
        "Every place of the border shows a pixel of the image, so its slope belongs to that pixel: add it there. What is left is the image."
        if copies
        else "Take the border off."
    )
    text = f"""## 6. Back to the image, any stride and border (3 points)

In this question the border of `padding` rows and columns lies {where}, and it holds {holds}. A forward pass with stride $t$ then has $\\lfloor(H+{wide}-f_1)/t\\rfloor+1$ rows of sums, and likewise for the columns. (Questions 2, 3 and 10 keep their zeros on every side.)

1. Spread $\\delta$ by the stride. 2. Reverse convolution as in question 4. 3. The result may be smaller than the image with its border: rows and columns at the *end* that no window reached have slope zero. 4. {own}

**Write** `conv_grad_input(delta, K, size, stride=1, padding=0)`. `delta`: (N, O, h, w), of the size of these sums; `K`: (O, C, f1, f2); `size`: the pair `(H, W)` of the image without border; `padding` is less than H and W. Returns shape (N, C, H, W)."""
    if copies:
        last = f"""    rows, columns = (np.pad(np.arange(n), {pair}, mode="{mode}") for n in size)
    grad = np.zeros((*seen.shape[:2], H, W))
    np.add.at(grad, (slice(None), slice(None), rows[:, None], columns), wide)
    return grad"""
    else:
        last = "    return wide[:, :, :H, :W]"  # drawn with this side only
    body = f"""def conv_grad_input(delta, K, size, stride=1, padding=0):
    \"\"\"Slopes of the error for the image (N, C, H, W).\"\"\"
    ### BEGIN SOLUTION
    H, W = size
    seen = conv_grad_input_1(spread(delta, stride), K)
    wide = np.zeros((*seen.shape[:2], H + {total}, W + {total}))
    wide[:, :, : seen.shape[2], : seen.shape[3]] = seen
{last}
    ### END SOLUTION"""
    right = f"""def place(k, n):
    return {place}


def right(delta, K, size, stride, padding):
    grad = np.zeros((len(delta), K.shape[1], *size))
    for u, v in np.ndindex(delta.shape[2:]):
        for i, j in np.ndindex(K.shape[2:]):
            a = place(u * stride + i{begin}, size[0])
            e = place(v * stride + j{begin}, size[1])
            if a is not None and e is not None:
                grad[:, :, a, e] += delta[:, :, u, v] @ K[:, :, i, j]
    return grad"""
    known = {"np": np}
    exec(right, known)
    places = 4 if side == "every side" else 3
    K = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    expected = known["right"](np.ones((1, 1, places, places)), K, (3, 3), 1, 1)
    thrown = ""
    if copies:
        exec(right.replace(place, BORDERS["zeros"][2]), known)
        zeros = known["right"](np.ones((1, 1, places, places)), K, (3, 3), 1, 1)
        thrown = f"""lost = {zeros[0, 0].astype(int).tolist()}
assert not np.allclose(grad, [[lost]]), (
    "you threw the border's slopes away; it holds no zeros here, it shows pixels"
)
"""
    listed = expected[0, 0].astype(int).tolist()
    test2 = f"""delta = np.ones((1, 1, {places}, {places}))
K = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
grad = conv_grad_input(delta, K, (3, 3), padding=1)
assert np.shape(grad) == (1, 1, 3, 3), (
    f"the image without its border is 3 by 3; yours: {{np.shape(grad)}}"
)
{thrown}right = {listed}
assert np.allclose(grad, [[right]]), (
    f"expected {{right}}; yours: {{np.asarray(grad).tolist()}}"
)
### BEGIN HIDDEN TESTS
{right}


for (H, W), (f1, f2), p in [
    ((6, 5), (3, 3), 2),
    ((4, 6), (2, 3), 1),
    ((4, 3), (3, 2), 2),
    ((3, 3), (1, 1), 1),
]:
    padding = p
    h, w = H + {total} - f1 + 1, W + {total} - f2 + 1
    delta, K = rng.standard_normal((1, 1, h, w)), rng.standard_normal((1, 1, f1, f2))
    grad = conv_grad_input(delta, K, (H, W), padding=p)
    assert np.shape(grad) == (1, 1, H, W)
    assert np.allclose(grad, right(delta, K, (H, W), 1, p), atol=1e-12)
### END HIDDEN TESTS"""
    rows, columns = (2, 2) if side == "every side" else (2, 1)
    test3 = f"""delta, K = np.ones((2, 1, {rows}, {columns})), np.arange(18.0).reshape(1, 2, 3, 3)
grad = conv_grad_input(delta, K, (4, 3), stride=2, padding=1)
assert np.shape(grad) == (2, 2, 4, 3), (
    f"two samples of two maps of 4 by 3: (2, 2, 4, 3); yours: {{np.shape(grad)}}"
)
### BEGIN HIDDEN TESTS
{right}


for (H, W), (f1, f2), t, p in [
    ((7, 7), (3, 3), 2, 1),
    ((8, 7), (3, 2), 2, 2),
    ((9, 8), (2, 2), 3, 1),
    ((5, 6), (4, 3), 2, 3),
]:
    padding = p
    h, w = (H + {total} - f1) // t + 1, (W + {total} - f2) // t + 1
    delta, K = rng.standard_normal((2, 4, h, w)), rng.standard_normal((4, 3, f1, f2))
    before = delta.copy(), K.copy()
    grad = conv_grad_input(delta, K, (H, W), t, p)
    assert np.shape(grad) == (2, 3, H, W)
    assert np.allclose(grad, right(*before, (H, W), t, p), atol=1e-12)
    assert np.array_equal(delta, before[0]) and np.array_equal(K, before[1])
### END HIDDEN TESTS"""
    return {
        "q6-text": text,
        "q6": body,
        "q6-test2": test2,
        "q6-test2-hint": "On which sides is the border, and whose slopes are those of the places in it?",
        "q6-test3": test3,
        "q6-test3-hint": "Stride, border, several samples and maps together: first the leftovers, then the border of this question.",
    }


# --- question 10: another activation, another error ---

# name -> (in words, formula, Python of y from s, of the slope from y or s,
#          the same for the tests, its value at 1/2)
ACTIVATIONS = {
    "tanh": (
        "tanh",
        "",
        "np.tanh(s)",
        "1 - y**2",
        "1 / np.cosh(s) ** 2",
        math.tanh(0.5),
    ),
    "logistic": (
        "logistic",
        r"\frac{1}{1+e^{-s}}",
        "1 / (1 + np.exp(-s))",
        "y * (1 - y)",
        "0.25 / np.cosh(s / 2) ** 2",
        1 / (1 + math.exp(-0.5)),
    ),
    "softsign": (
        "softsign",
        r"\frac{s}{1+|s|}",
        "s / (1 + np.abs(s))",
        "(1 - np.abs(y)) ** 2",
        "1 / (1 + np.abs(s)) ** 2",
        1 / 3,
    ),
    "arctan": (
        "arctan",
        "",
        "np.arctan(s)",
        "1 / (1 + s * s)",
        "np.cos(np.arctan(s)) ** 2",
        math.atan(0.5),
    ),
}
# name -> (in words, formula of one term, Python of the sum, of its slope, one term)
ERRORS = {
    "squares": (
        "The error is half the sum of squares, over outputs *and* samples",
        r"\tfrac12\sum_{n,k}r_{nk}^2",
        "0.5 * np.sum(r * r)",
        "r",
        lambda r: r * r / 2,
    ),
    "log-cosh": (
        "The error forgives strays, for it grows only like $|r|$; it is summed over outputs *and* samples",
        r"\sum_{n,k}\ln\cosh r_{nk}",
        "np.sum(np.log(np.cosh(r)))",
        "np.tanh(r)",
        lambda r: math.log(math.cosh(r)),
    ),
    "root": (
        "The error forgives strays, for it grows only like $|r|$; it is summed over outputs *and* samples",
        r"\sum_{n,k}\Big(\sqrt{1+r_{nk}^2}-1\Big)",
        "np.sum(np.sqrt(1 + r * r) - 1)",
        "r / np.sqrt(1 + r * r)",
        lambda r: math.sqrt(1 + r * r) - 1,
    ),
}


def q10(rng):
    """Four activations with three errors."""
    forms = [(a, e) for a in ACTIVATIONS for e in ERRORS]
    activation, error = forms[1 + int(rng.integers(len(forms) - 1))]
    word, formula, phi, slope, again, half = ACTIVATIONS[activation]
    says, total, value, back, term = ERRORS[error]
    named = f"Here {word} is $\\varphi(s)={formula}$. " if formula else ""
    text = f"""## 10. A whole network (3 points)

$X$ → convolution `K1`, `b1` (stride 2, padding 1) → {word} → max pooling (window 2, stride 1) → convolution `K2`, `b2` (stride 1) → {word} → flatten → dense `W`, `b` → outputs $y$ of shape (N, K), linear. {named}{says}:

$$E={total},\\qquad r_{{nk}}=y_{{nk}}-t_{{nk}} .$$

**Write** `loss_and_gradients(params, X, T)`. `params`: a dict with the six arrays named above, `K1` (O1, C, f, f), `b1` (O1,), `K2` (O2, O1, f', f'), `b2` (O2,), `W` (K, …), `b` (K,); `X`: (N, C, H, W); `T`: (N, K). Returns `(E, grads)`, where `grads` is a dict with the same six names, each gradient of the shape of its array. Use your functions; all deltas from the weights you were given."""

    def own(code, layer):  # s and y become those of a layer
        return re.sub(r"\b([sy])\b", rf"\g<1>{layer}", code)

    body = f"""def loss_and_gradients(params, X, T):
    \"\"\"Error of the network and its gradient for each of the six arrays.\"\"\"
    ### BEGIN SOLUTION
    K1, K2, W = params["K1"], params["K2"], params["W"]
    s1 = conv_forward(X, K1, params["b1"], 2, 1)
    y1 = {own(phi, 1)}
    y2, winner = maxpool_forward(y1, 2, 1)
    s3 = conv_forward(y2, K2, params["b2"])
    y3 = {own(phi, 3)}
    flat = y3.reshape(len(X), -1)
    r = flat @ W.T + params["b"] - T
    delta = {back}

    grads = {{"W": delta.T @ flat, "b": delta.sum(axis=0)}}
    delta3 = grad_from_dense(W, delta, y3.shape[1:]) * ({own(slope, 3)})
    grads["K2"], grads["b2"] = conv_grad_kernel(y2, delta3, K2.shape[2:])
    g2 = conv_grad_input(delta3, K2, y2.shape[2:])
    delta1 = maxpool_backward(g2, winner, s1.shape) * ({own(slope, 1)})
    grads["K1"], grads["b1"] = conv_grad_kernel(X, delta1, K1.shape[2:], 2, 1)
    return {value}, grads
    ### END SOLUTION"""
    start = """shapes = {"K1": (3, 2, 3, 3), "b1": (3,), "K2": (2, 3, 2, 2), "b2": (2,)}
shapes |= {"W": (2, 12), "b": (2,)}
params = {name: 0.5 * rng.standard_normal(shape) for name, shape in shapes.items()}
X, T = rng.standard_normal((3, 2, 9, 8)), rng.standard_normal((3, 2))"""
    known = f"""check.unblock()
from course_lib.layers import Conv2d, MaxPool2d


def phi(s):
    return {phi}


def slope(s):
    return {again}


first, shrink, second = Conv2d(2, 3, 3, 2, 1), MaxPool2d(2, 1), Conv2d(3, 2, 2)
p1 = {{"weight": params["K1"], "bias": params["b1"]}}
p2 = {{"weight": params["K2"], "bias": params["b2"]}}
s1, c1 = first.forward(p1, X)
y2, c2 = shrink.forward({{}}, phi(s1))
s3, c3 = second.forward(p2, y2)
flat = phi(s3).reshape(len(X), -1)
r = flat @ params["W"].T + params["b"] - T
"""
    only_b = 3 * (term(1.0) + term(-2.0))
    only_b2 = 6 * term(half)
    test1 = f"""{start}
before = {{name: value.copy() for name, value in params.items()}}
result = loss_and_gradients(params, X, T)
assert result is not None and len(result) == 2, "return the pair (E, grads)"
E, grads = result
assert set(grads) == set(shapes), (
    f"grads needs the names {{sorted(shapes)}}; yours: {{sorted(grads)}}"
)
for name, shape in shapes.items():
    assert np.shape(grads[name]) == shape, (
        f"the gradient of {{name}} has the shape {{shape}}; yours: {{np.shape(grads[name])}}"
    )
    assert np.array_equal(params[name], before[name]), f"you changed {{name}}"
plain = {{name: np.zeros(shape) for name, shape in shapes.items()}}
E = loss_and_gradients(plain | {{"b": np.array([1.0, -2.0])}}, X, 0 * T)[0]
assert np.isclose(E, {only_b:.9g}, rtol=1e-6), (
    "all arrays zero but b = (1, -2), targets 0, three samples: the outputs are 1 and "
    f"-2 and E = {only_b:.6g}; yours: {{float(E):.6g}}"
)
plain |= {{"b2": np.full(2, 0.5), "W": np.full((2, 12), 1 / 12)}}
E = loss_and_gradients(plain, X, 0 * T)[0]
assert np.isclose(E, {only_b2:.9g}, rtol=1e-6), (
    "all second sums 1/2, W a mean, targets 0: every output is {word} of 1/2, "
    f"{half:.4f}, and E = {only_b2:.6g}; yours: {{float(E):.6g}}"
)
### BEGIN HIDDEN TESTS
{known}
error = {value}
assert np.isclose(loss_and_gradients(params, X, T)[0], error, rtol=1e-9)
twice = loss_and_gradients(params, np.concatenate([X, X]), np.concatenate([T, T]))
assert np.isclose(twice[0], 2 * error, rtol=1e-9)
### END HIDDEN TESTS"""

    def slopes(names, rtol, atol):
        return f"""{start}
E, grads = loss_and_gradients(params, X, T)
h = 1e-5
for name in {names}:
    d = rng.standard_normal(shapes[name])
    up = loss_and_gradients(params | {{name: params[name] + h * d}}, X, T)[0]
    down = loss_and_gradients(params | {{name: params[name] - h * d}}, X, T)[0]
    slope, known = np.sum(np.asarray(grads[name]) * d), (up - down) / (2 * h)
    assert np.isclose(slope, known, rtol={rtol}, atol={atol}), (
        f"along a random direction of {{name}} your error changes by {{known:.6g}} per "
        f"unit, your gradient says {{slope:.6g}}"
    )
### BEGIN HIDDEN TESTS
{known}
delta = {back}
delta3 = (delta @ params["W"]).reshape(s3.shape) * slope(s3)
g2, kernel = second.backward(p2, c3, delta3)
"""

    test2 = (
        slopes('("b", "W", "b2")', "1e-5", "1e-6")
        + """assert np.allclose(grads["W"], delta.T @ flat, rtol=1e-9, atol=1e-12)
assert np.allclose(grads["b"], delta.sum(axis=0), rtol=1e-9, atol=1e-12)
assert np.allclose(grads["K2"], kernel["weight"], rtol=1e-8, atol=1e-12)
assert np.allclose(grads["b2"], kernel["bias"], rtol=1e-8, atol=1e-12)
### END HIDDEN TESTS"""
    )
    test3 = (
        slopes('("K2", "b1")', "1e-4", "1e-5")
        + """delta1 = shrink.backward({}, c2, g2)[0] * slope(s1)
_, kernel = first.backward(p1, c1, delta1)
assert np.allclose(grads["K1"], kernel["weight"], rtol=1e-8, atol=1e-12)
assert np.allclose(grads["b1"], kernel["bias"], rtol=1e-8, atol=1e-12)
### END HIDDEN TESTS"""
    )
    return {
        "q10-text": text,
        "q10": body,
        "q10-test1": test1,
        "q10-test1-hint": "The error as the text has it, a sum over outputs and samples; every gradient has the shape of its array.",
        "q10-test2": test2,
        "q10-test2-hint": f"Check the last layers alone first: the slope of this error at r = y - t, that times the flattened map for W, and the slope of {word} on the way to K2.",
        "q10-test3": test3,
        "q10-test3-hint": f"On the way to K1 lie a reverse convolution, the pooling, and one more slope of {word}; its stride is 2 and its padding 1.",
    }
