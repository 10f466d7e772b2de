"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import numpy as np

# --- question 5: another step, and what becomes of the weights outside ---

# name -> (what the step is, formula, Python from the gradient `grad` (U, P) and `A`,
#          the same for one entry `g` of the gradient and `a` of A)
STEPS = {
    "plain": ("", r"G\,x^\top", "grad", "g"),
    "sign": (
        "It trusts only the **sign** of a gradient, so that every weight moves equally far (and not at all where its gradient is 0). ",
        r"\operatorname{sign}\big(G\,x^\top\big)",
        "np.sign(grad)",
        "(int(g > 0) - int(g < 0))",
    ),
    "decay": (
        "It also lets every weight that it trains **decay**: a tenth of the weight is added to its gradient. ",
        r"\big(G\,x^\top+0.1\,A\big)",
        "(grad + 0.1 * A)",
        "(g + 0.1 * a)",
    ),
    "limited": (
        "It is afraid of long steps and **limits** every entry of the gradient to the range from $-1$ to 1. ",
        r"\operatorname{clip}_{-1}^{1}\big(G\,x^\top\big)",
        "np.clip(grad, -1, 1)",
        "min(max(g, -1), 1)",
    ),
}
# name -> (formula of the new matrix around the step, what the mask does, Python of it,
#          what becomes of an entry outside the windows, Python of that)
MASKS = {
    "frozen": (
        r"A-\eta\,{step}\circ m",
        "The mask stops the *steps*. A frozen entry keeps the value it has, whatever that is; and an entry inside the window is trained even if it happens to be 0 now.",
        "A - rate * {step} * mask",
        "keeps its",
        "a",
    ),
    "cleared": (
        r"\big(A-\eta\,{step}\big)\circ m",
        "The mask multiplies the *result*. Everything outside the windows is 0 after the step, whatever it was before; and an entry inside the window is trained even if it happens to be 0 now.",
        "(A - rate * {step}) * mask",
        "is cleared, whatever it was:",
        "0",
    ),
}


def q5(rng):
    """Four steps, and a mask on the step or on the matrix."""
    forms = [(step, mask) for step in STEPS for mask in MASKS]
    step, mask = forms[1 + int(rng.integers(len(forms) - 1))]  # the first is published
    says, term, python, entry = STEPS[step]
    new, does, whole, becomes, outside = MASKS[mask]
    text = f"""## 5. The mask (2 points)

A library for perceptrons can train $s=Ax$: its gradient is $\\partial E/\\partial A=G\\,x^\\top$. {says}It does not know that most weights are missing, and would give them values. A *mask* forbids that: $m[q,r]=1$ where window $q$ reads pixel $r$, else 0, and

$$A_{{\\rm new}}={new.replace("{step}", term)}.$$

{does}

**Write** `masked_step(A, x, G, rho, rate)`. `A`: (U, P); `x`: (P,), the map as a column; `G`: (U,); `rho`: (U, n); `rate`: $\\eta$. Returns the new matrix; `A` stays as it was."""
    body = f"""def masked_step(A, x, G, rho, rate):
    \"\"\"The matrix (U, P) after one step of the entries that a window reads.\"\"\"
    ### BEGIN SOLUTION
    mask = np.zeros((len(A), len(x) + 1))
    np.put_along_axis(mask, rho, 1, axis=1)  # -1 marks the extra last column
    mask, grad = mask[:, :-1], np.outer(G, x)
    return {whole.replace("{step}", python)}
    ### END SOLUTION"""
    right = f"""def right(A, x, G, rho, rate):
    new = np.array(A, dtype=float)
    for (q, r), a in np.ndenumerate(A):
        g = G[q] * x[r]
        new[q, r] = a - rate * {entry} if r in rho[q] else {outside}
    return new"""
    known = {"np": np}
    exec(right, known)
    first = known["right"](
        np.array([[1.0, 2.0, 4.0], [4.0, 1.0, 2.0]]),
        np.array([0.5, 2.0, 3.0]),
        np.array([1.0, -1.0]),
        np.array([[0, 1], [1, 2]]),
        0.1,
    )
    second = known["right"](
        np.array([[0.0, 1.0, 5.0]]),
        np.array([0.5, 2.0, 3.0]),
        np.array([1.0]),
        np.array([[-1, 0, 1]]),
        1.0,
    )[0]
    listed = [[round(float(v), 9) for v in row] for row in first]
    inside = [round(float(v), 9) for v in second[:2]]
    last = float(second[2])
    test1 = f"""A = np.array([[1.0, 2.0, 4.0], [4.0, 1.0, 2.0]])
rho = np.array([[0, 1], [1, 2]])
start = A.copy()
new = masked_step(A, np.array([0.5, 2.0, 3.0]), np.array([1.0, -1.0]), rho, 0.1)
assert new is not None and np.shape(new) == (2, 3), (
    f"the new matrix has the shape of the old, (2, 3); yours: {{np.shape(new)}}"
)
assert np.allclose(new, {listed}), (
    "the gradient is [[0.5, 2, 3], [-0.5, -2, -3]], and no window reads (0, 2) and "
    "(1, 0): {listed}; "
    f"yours: {{np.asarray(new).tolist()}}"
)
assert (A == start).all(), "the matrix you were given has changed; make a new one"
### BEGIN HIDDEN TESTS
check.unblock()
from course_lib.layers.sparse_conv import pixel_index as index


{right}


for _ in range(8):
    f, t = rng.integers(1, 4, 2), rng.integers(1, 3, 2)
    size = f + rng.integers(1, 4, 2)
    f, t, size = (tuple(int(k) for k in pair) for pair in (f, t, size))
    rho = index(size, f, t)
    A = rng.normal(size=(len(rho), size[0] * size[1]))
    A *= rng.random(A.shape) < 0.7
    x, G, rate = (
        rng.normal(size=A.shape[1]),
        2 * rng.normal(size=len(A)),
        float(rng.uniform(0.1, 2)),
    )
    before = A.copy(), x.copy(), G.copy(), rho.copy()
    expected = right(A, x, G, rho, rate)
    assert np.allclose(masked_step(A, x, G, rho, rate), expected, rtol=1e-9, atol=1e-9)
    assert all((a == b).all() for a, b in zip(before, (A, x, G, rho)))
### END HIDDEN TESTS"""
    test2 = f"""A = np.array([[0.0, 1.0, 5.0]])
new = np.asarray(
    masked_step(
        A, np.array([0.5, 2.0, 3.0]), np.array([1.0]), np.array([[-1, 0, 1]]), 1.0
    )
)
assert new[0, 2] == {last:g}, (
    "pixel 2 is not read, so its weight {becomes} {last:g}; yours: "
    f"{{new[0, 2]:.4g}}"
)
assert np.allclose(new[0, :2], {inside}), (
    "pixels 0 and 1 are read: their weights are 0 and 1 now and take a step, "
    f"to {inside[0]:g} and {inside[1]:g}; yours: {{new[0, :2]}}"
)
### BEGIN HIDDEN TESTS
check.unblock()
from course_lib.layers.sparse_conv import pixel_index as index


{right}


for p in ((1, 1), (0, 2), (2, 1)):
    f = (int(rng.integers(2, 4)), 3)
    size = tuple(int(k) for k in rng.integers(3, 6, 2))
    rho = index(size, f, (1, 2), p)
    A = rng.normal(size=(len(rho), size[0] * size[1]))
    A *= rng.random(A.shape) < 0.5
    x, G = rng.normal(size=A.shape[1]), 2 * rng.normal(size=len(A))
    x[int(rng.integers(len(x)))] = 0
    expected = right(A, x, G, rho, 0.3)
    assert np.allclose(masked_step(A, x, G, rho, 0.3), expected, rtol=1e-9, atol=1e-9)
### END HIDDEN TESTS"""
    return {
        "q5-text": text,
        "q5": body,
        "q5-test1": test1,
        "q5-test1-hint": "The gradient of entry (q, r) is G[q] x[r]; make the step of the text from it, and look at what the mask multiplies.",
        "q5-test2": test2,
        "q5-test2-hint": "The mask comes from rho, not from the values of A; -1 marks no pixel; mind what becomes of the weights outside.",
    }


# --- question 8: other first and second layers ---

# name -> (what the pair t is, index of x, shape, Python of the place of F1 under entry
#          (i, j) of the second kernel, and under none, of the first layer in the tests,
#          step of the one layer)
FIRST = {
    "stride": (
        "A convolution with kernel $F_1$ and stride $t$",
        "x_{u\\,t_1+i,\\;v\\,t_2+j}",
        "(g_1-1)\\,t_1+f_1,\\ (g_2-1)\\,t_2+f_2",
        "(g1 - 1) * t1 + f1, (g2 - 1) * t2 + f2",
        "i * t1 : i * t1 + f1, j * t2 : j * t2 + f2",
        ":f1, :f2",
        "correlate(X, A)[:: t[0], :: t[1]]",
        "t",
    ),
    "holes": (
        "A convolution with kernel $F_1$ and *holes*, its entries $t$ pixels apart, and stride 1",
        "x_{u+i\\,t_1,\\;v+j\\,t_2}",
        "(f_1-1)\\,t_1+g_1,\\ (f_2-1)\\,t_2+g_2",
        "(f1 - 1) * t1 + g1, (f2 - 1) * t2 + g2",
        "i : i + e1 : t1, j : j + e2 : t2",
        ":e1:t1, :e2:t2",
        "correlate(X, with_holes(A, t))",
        "(1, 1)",
    ),
}
# name -> (story, index of F1, index of F2, added to z, the kernels in Python, skip?)
SECOND = {
    "as they are": ("", "i,j", "i,j", "", "F1", "F2", False),
    "first turned": (
        " The first layer is a *true* convolution: it turns its kernel by 180°.",
        "f_1-1-i,\\,f_2-1-j",
        "i,j",
        "",
        "F1[::-1, ::-1]",
        "F2",
        False,
    ),
    "second turned": (
        " The second layer is a *true* convolution: it turns its kernel by 180°.",
        "i,j",
        "g_1-1-i,\\,g_2-1-j",
        "",
        "F1",
        "F2[::-1, ::-1]",
        False,
    ),
    "bridge": (
        " A bridge leads round the second layer: the first layer's sum at the same place is added to its result.",
        "i,j",
        "i,j",
        "s_{uv}+",
        "F1",
        "F2",
        True,
    ),
}


def q8(rng):
    """A stride or holes in the first layer; kernels turned, or a bridge."""
    forms = [(first, second) for first in FIRST for second in SECOND]
    first, second = forms[1 + int(rng.integers(len(forms) - 1))]
    layer, pixel, shape, python, place, origin, once, step = FIRST[first]
    story, one, two, added, A, B, bridge = SECOND[second]
    stride = first == "stride"
    does = "One convolution with stride $t$" if stride else "One convolution, stride 1,"
    pair = (
        "the pair $(t_1,t_2)$ of the first layer"
        if stride
        else "the pair $(t_1,t_2)$ of the first layer (the name is the one of the published course)"
    )
    larger = "u\\,t_1+a,\\;v\\,t_2+e" if stride else "u+a,\\;v+e"
    text = f"""## 8. Two layers that are one (2 points)

The other collapse. {layer}, then a second one with kernel $F_2$ and stride 1, no borders, *no activation between them*.{story}

$$z_{{uv}}={added}\\sum_{{i,j}}F_2[{two}]\\;s_{{u+i,\\,v+j}},\\qquad s_{{uv}}=\\sum_{{i,j}}F_1[{one}]\\;{pixel}.$$

{does} does the same, with a larger kernel that is *not* turned, $z_{{uv}}=\\sum_{{a,e}}F[a,e]\\;x_{{{larger}}}$. Which?

**Write** `one_kernel(F1, F2, stride)`. `F1`: (f1, f2); `F2`: (g1, g2); `stride`: {pair}. Returns the kernel of the one layer, of shape $\\big({shape}\\big)$."""
    reach = "" if stride else "    e1, e2 = (f1 - 1) * t1 + 1, (f2 - 1) * t2 + 1\n"
    extra = f"    F[{origin}] += first\n" if bridge else ""
    body = f"""def one_kernel(F1, F2, stride):
    \"\"\"The kernel that does in one layer what F1 and F2 do in two.\"\"\"
    ### BEGIN SOLUTION
    (f1, f2), (g1, g2), (t1, t2) = F1.shape, F2.shape, stride
    first, second = {A}, {B}
{reach}    F = np.zeros(({python}))
    for i in range(g1):
        for j in range(g2):
            F[{place}] += second[i, j] * first
{extra}    return F
    ### END SOLUTION"""
    passes = "return correlate(s, B)"
    if bridge:
        passes = "z = correlate(s, B)\n    return z + s[: len(z), : z.shape[1]]"
    helper = f"""def correlate(X, F):
    windows = np.lib.stride_tricks.sliding_window_view(X, F.shape)
    return np.einsum("uvij,ij->uv", windows, F)


def with_holes(F, t):
    wide = np.zeros([(k - 1) * s + 1 for k, s in zip(F.shape, t)])
    wide[:: t[0], :: t[1]] = F
    return wide


def two_layers(X, F1, F2, t):
    A, B = {A}, {B}
    s = {once}
    {passes}


def shape(F1, F2, t):
    (f1, f2), (g1, g2), (t1, t2) = F1.shape, F2.shape, t
    return ({python})"""
    known = {"np": np}
    exec(body, known)
    F1, F2 = np.array([[1.0, 2.0]]), np.array([[10.0, 1.0]])
    narrow = [round(v) for v in known["one_kernel"](F1, F2, (1, 1))[0].tolist()]
    wide = [round(v) for v in known["one_kernel"](F1, F2, (1, 3))[0].tolist()]
    terms = " + ".join(f"{v} x{k}" for k, v in enumerate(narrow) if v)
    what = "stride 3" if stride else "holes, entries 3 apart"
    test1 = f"""F = one_kernel(np.array([[1.0, 2.0]]), np.array([[10.0, 1.0]]), (1, 1))
assert F is not None and np.shape(F) == (1, 3), (
    f"two windows of 2, one step apart, reach over 3 pixels; yours: {{np.shape(F)}}"
)
assert np.allclose(F, [{narrow}]), (
    "written out, z = {terms}: the kernel is {narrow}; yours: "
    f"{{np.asarray(F).ravel()}}"
)


### BEGIN HIDDEN TESTS
{helper}


for t in ((1, 1), (1, 2), (2, 1), (1, 1), (2, 2), (1, 1)):
    F1 = rng.normal(size=tuple(rng.integers(1, 4, 2)))
    F2 = rng.normal(size=tuple(rng.integers(1, 4, 2)))
    before = F1.copy(), F2.copy()
    X = rng.normal(size=(10, 11))
    expected = two_layers(X, F1, F2, t)
    F = np.asarray(one_kernel(F1, F2, t))
    assert F.shape == shape(F1, F2, t)
    step = {step}
    value = correlate(X, F)[:: step[0], :: step[1]]
    rows, columns = expected.shape
    assert np.allclose(value[:rows, :columns], expected, rtol=1e-9, atol=1e-9)
    assert (F1 == before[0]).all() and (F2 == before[1]).all()
### END HIDDEN TESTS"""
    test2 = f"""F = np.asarray(one_kernel(np.array([[1.0, 2.0]]), np.array([[10.0, 1.0]]), (1, 3)))
assert F.shape == (1, 5) and np.allclose(F, [{wide}]), (
    "kernels (1, 2) and (10, 1), the first with {what}: together "
    f"{wide}; yours: {{F.ravel()}}"
)


### BEGIN HIDDEN TESTS
{helper}


for t in ((2, 1), (1, 2), (2, 2), (3, 2), (1, 4)):
    F1 = rng.normal(size=tuple(int(k) for k in rng.integers(1, 4, 2)))
    F2 = rng.normal(size=tuple(int(k) for k in rng.integers(2, 4, 2)))
    X = rng.normal(size=(13, 15))
    expected = two_layers(X, F1, F2, t)
    F = np.asarray(one_kernel(F1, F2, t))
    assert F.shape == shape(F1, F2, t)
    step = {step}
    value = correlate(X, F)[:: step[0], :: step[1]]
    rows, columns = expected.shape
    assert np.allclose(value[:rows, :columns], expected, rtol=1e-9, atol=1e-9)
### END HIDDEN TESTS"""
    return {
        "q8-text": text,
        "q8": body,
        "q8-test1": test1,
        "q8-test2": test2,
        "q8-test2-hint": "Which pixels does the first layer's sum at (u, v) read, and which the one a step further? Put one formula into the other.",
    }
