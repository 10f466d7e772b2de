"""Other forms of two questions, drawn for a private course.

Each function returns new texts of cells by their ids. What changes is the formula: a
published answer to one form is wrong for every other.
"""

# ruff: noqa: E501 - prose of a notebook

import numpy as np

# --- question 5: what is counted, in which network, and when to stop ---

# name -> (what is compared with `allowed`, in words, its short name,
#          Python of the share from `wrong` (P, N), the same by loops for the tests)
SHARES = {
    "bits": (
        "With $P$ patterns stored there are $P\\,N$ such bits; what counts is the share of wrong ones among them.",
        "the share of wrong bits among all $P\\,N$",
        "np.mean(wrong)",
        "sum(sum(row) for row in wrong) / (len(wrong) * len(wrong[0]))",
    ),
    "patterns": (
        "A pattern is *spoilt* if at least one of its units is wrong; what counts is the share of spoilt patterns among the $P$ stored ones.",
        "the share of spoilt patterns among all $P$",
        "np.mean(wrong.any(axis=1))",
        "sum(any(row) for row in wrong) / len(wrong)",
    ),
    "worst": (
        "What counts is the pattern that suffers most: the largest share of wrong bits, among its $N$, that any stored pattern has.",
        "the share of wrong bits in the worst pattern",
        "wrong.mean(axis=1).max()",
        "max(sum(row) / len(row) for row in wrong)",
    ),
    "oldest": (
        "What counts is the memory that has been there longest: the share of wrong bits among the $N$ of the *first* pattern.",
        "the share of wrong bits in the first pattern",
        "wrong[0].mean()",
        "sum(wrong[0]) / len(wrong[0])",
    ),
}
# name -> (how the field comes about, Python of the weights from `stored`)
FIELDS = {
    "graded": ("", "store(stored)"),
    "clipped": (
        "In the chip that is built only the **sign of a weight** survives, $h_i=\\sum_j\\operatorname{sign}(W_{ij})\\,\\xi_j^p$, with sign 0 for a weight of 0. ",
        "np.sign(store(stored))",
    ),
    "ring": (
        "In the chip that is built the units sit on a ring, and a unit hears only those **at most $N/4$ places away**, on either side; all other weights are cut. ",
        "store(stored) * near",
    ),
}


def q5(rng):
    """Four ways to count, three networks, two ways to stop."""
    forms = [(s, f, stop) for s in SHARES for f in FIELDS for stop in ("first", "last")]
    share, field, stop = forms[1 + int(rng.integers(len(forms) - 1))]
    counts, short, answer, again = SHARES[share]
    how, weights = FIELDS[field]
    if stop == "first":
        end = f"Add patterns in their order until, for the first time, {short} is **larger than** `allowed`; return how many were stored *before that*, an int. If it never happens, return the number of patterns."
        loop = f"""        if {answer} > allowed:
            return P - 1
    return len(patterns)"""
        begin = ""
        choose = "over = [P for P, share in enumerate(shares) if share > allowed]\n    return over[0] if over else len(shares)"
        stops = "return the number before the one that was too many"
    else:
        end = f"The share falls now and then. Add all patterns in their order and return the **largest** number of them with which {short} is **not larger than** `allowed`, an int; 0 if there is none."
        loop = f"""        if {answer} <= allowed:
            best = P
    return best"""
        begin = "    best = 0\n"
        choose = "fits = [P for P, share in enumerate(shares, 1) if share <= allowed]\n    return max(fits, default=0)"
        stops = "go on to the last pattern, for the share may fall again"
    near = (
        "    N = len(patterns[0])\n"
        "    steps = np.abs(np.arange(N)[:, None] - np.arange(N))\n"
        "    near = np.minimum(steps, N - steps) <= N / 4\n"
        if field == "ring"
        else ""
    )
    cut = {
        "graded": "",
        "clipped": "\n        W = np.where(W > 0, 1.0, np.where(W < 0, -1.0, 0.0))",
        "ring": """
        for i in range(N):
            for d in range(N // 4 + 1, N - N // 4):
                W[i, (i + d) % N] = 0""",
    }[field]
    right = f"""def shares_of(patterns):
    shares, N = [], patterns.shape[1]
    for P in range(1, len(patterns) + 1):
        first = patterns[:P]
        W = sum(np.outer(one, one) for one in first) - P * np.eye(N){cut}
        wrong = [[h * u < 0 for h, u in zip(W @ one, one)] for one in first]
        shares.append({again})
    return shares


def right(shares, allowed):
    {choose}"""
    text = f"""## 5. How much fits? (2 points)

"Capacity" is an answer to a question that one has to ask first. Ours: put patterns in one after the other. After each one, look at the patterns stored so far: from pattern $p$, each unit looks once at its field (all see the untouched pattern), and is *wrong* if $h_i\\,\\xi_i^p<0$. {how}{counts}

**Write** `capacity(patterns, allowed)`. `patterns`: shape (P, N), signs; `allowed`: a fraction such as 0 or 0.0036. {end} Call your `store`.

In the tests N is a power of 2, so that a field that is 0 on paper is exactly 0."""
    body = f"""def capacity(patterns, allowed):
    \"\"\"How many of the patterns (P, N) fit, by the count of this course.\"\"\"
    ### BEGIN SOLUTION
{near}{begin}    for P in range(1, len(patterns) + 1):
        stored = patterns[:P]
        wrong = (stored @ ({weights})) * stored < 0
{loop}
    ### END SOLUTION"""
    known = {"np": np}
    exec(right, known)
    test1 = ""
    for example in (_EIGHT, _WAVE):
        shares = known["shares_of"](np.array(example))
        listed = ", ".join(f"{float(share):.4g}" for share in shares)
        rows = ",\n        ".join(str(row) for row in example)
        test1 += f"""patterns = np.array(
    [
        {rows},
    ]
)
"""
        for allowed in (0, 0.15):
            value = known["right"](shares, allowed)
            test1 += f"""value = capacity(patterns, {allowed})
assert value is not None and int(value) == {value}, (
    "with 1, 2, ... of these {len(example)} patterns stored the share is {listed}: "
    f"capacity {value} for allowed = {allowed}; yours: {{value}}"
)
"""
    test1 += f"""### BEGIN HIDDEN TESTS
from itertools import pairwise


{right}


for _ in range(6):
    N = int(rng.choice([16, 32]))
    patterns = rng.choice([-1.0, 1.0], (N // 2, N))
    before = patterns.copy()
    shares = shares_of(before)
    limits = [0.0, 0.0101, 0.0303, 0.0503, 0.2603]
    # the share falls now and then: does the answer know?
    limits += [(a + b) / 2 for a, b in pairwise(shares) if b < a]
    for allowed in limits[:9]:
        assert int(capacity(patterns, float(allowed))) == right(shares, allowed)
    assert (patterns == before).all()
### END HIDDEN TESTS"""
    test2 = f"""value = capacity(np.array([[1.0, 1, 1, 1], [1, 1, -1, -1]]), 0.0)
assert int(value) == 2, (
    f"these two patterns do not disturb each other: capacity 2; yours: {{value}}"
)
### BEGIN HIDDEN TESTS
from itertools import pairwise


{right}


# rows of a Hadamard matrix: fields of 0 among them
H = np.array([[1.0]])
for _ in range(3):
    H = np.block([[H, H], [H, -H]])
H = H * rng.choice([-1.0, 1.0], 8)
P = int(rng.integers(1, 8))
for rows in (H, H[:P], H[:1]):
    assert int(capacity(rows, 0.0)) == right(shares_of(rows), 0.0)
twin = np.ones((2, 8))
twin[1, int(rng.integers(8))] = -1
third = np.ones((4, 8))
third[1:, 0] = -1
# a share exactly as large as allowed is allowed
for patterns in (twin, third, *rng.choice([-1.0, 1.0], (20, 4, 8))):
    shares = shares_of(patterns)
    for limit in [s for s in sorted(set(shares)) if s * 64 % 1 == 0]:  # no rounding
        assert int(capacity(patterns, limit)) == right(shares, limit)
    for limit in [(a + b) / 2 for a, b in pairwise(sorted(set(shares)))]:
        assert int(capacity(patterns, limit)) == right(shares, limit)
### END HIDDEN TESTS"""
    return {
        "q5-text": text,
        "q5": body,
        "q5-test1": test1,
        "q5-test1-hint": f"Read what is counted, and among what; then {stops}.",
        "q5-test2": test2,
        "q5-test2-hint": "A share equal to what is allowed is allowed; a field of 0 is not wrong; and all patterns may fit.",
        "q5-picture": """# Not marked: random patterns, three questions of your capacity.
for N in (64, 128, 256):
    many = np.random.default_rng(N).choice([-1.0, 1.0], (N // 4, N))
    counts = [capacity(many, allowed) for allowed in (0.0, 0.0036, 0.015)]
    print(f"N = {N}: allowed 0 {counts[0]}, 0.0036 {counts[1]}, 0.015 {counts[2]}")""",
    }


_EIGHT = [
    [1, 1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, -1],
    [-1, 1, 1, 1, 1, 1, 1, 1],
]
_WAVE = [
    [1, -1, -1, 1, 1, 1, -1, 1],
    [1, 1, -1, 1, 1, -1, -1, 1],
    [1, 1, -1, -1, 1, -1, 1, 1],
    [-1, -1, 1, 1, -1, -1, 1, 1],
    [1, -1, 1, 1, 1, -1, 1, 1],
]

# --- question 8: another mean of the distances, and other neighbours on the grid ---

# name -> (definition, Python of the distances `d` of each sample, message)
MEANS = {
    "root": (
        "the **root of the mean squared** distance from a sample to the weights of its nearest unit",
        "np.sqrt(np.mean(d**2))",
        lambda d: float(np.sqrt(np.mean(np.square(d)))),
    ),
    "largest": (
        "the **largest** distance that any sample has to the weights of its nearest unit: nobody may be served badly",
        "d.max()",
        lambda d: float(np.max(d)),
    ),
    "median": (
        "the **median** over the samples of the distance to the weights of the nearest unit: a few strays do not count",
        "np.median(d)",
        lambda d: float(np.median(d)),
    ),
}
# name -> (definition, Python of `apart` from `gap` (N, 2), the same for two units, example)
NEIGHBOURS = {
    "sides": (
        "Neighbours are units whose places differ by 1 in **one** coordinate and not at all in the other: no diagonals.",
        "gap.sum(axis=1) > 1",
        "abs(a[0] - b[0]) + abs(a[1] - b[1]) > 1",
    ),
    "ring": (
        "The grid is **closed like the skin of a ring**: after the last row comes the first, and likewise for the columns. Rows and columns are counted from 0 to the largest number in `grid`. Neighbours are units whose places differ by at most 1 in each coordinate, the short way round, diagonals included.",
        "np.minimum(gap, grid.max(axis=0) + 1 - gap).max(axis=1) > 1",
        "all(\n        any((a + [i, j] - b) % (grid.max(axis=0) + 1))\n        for i in (-1, 0, 1)\n        for j in (-1, 0, 1)\n    )",
    ),
    "honeycomb": (
        "The grid is a **honeycomb** in slanted coordinates: unit $(i,j)$ has six neighbours, $(i\\pm1,j)$, $(i,j\\pm1)$, $(i+1,j-1)$ and $(i-1,j+1)$.",
        "np.maximum(gap.max(axis=1), np.abs((first - second).sum(axis=1))) > 1",
        "tuple(a - b) not in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)]",
    ),
}
DISTANCES = {
    "Euclid": ("", "np.linalg.norm(np.asarray(x)[:, None, :] - w, axis=2)", ""),
    "city": (
        "All distances between data are those of a taxi, $\\sum_k|x_k-w_k|$. ",
        "np.abs(np.asarray(x)[:, None, :] - w).sum(axis=2)",
        ', "cityblock"',
    ),
}


def q8(rng):
    """Three means, three grids, two distances: none of them the published pair."""
    forms = [(m, n, d) for m in MEANS for n in NEIGHBOURS for d in DISTANCES]
    mean, grid, metric = forms[int(rng.integers(len(forms)))]
    says, answer, number = MEANS[mean]
    who, apart, again = NEIGHBOURS[grid]
    taxi, distance, name = DISTANCES[metric]
    text = f"""## 8. Is it a good map? (2 points)

Two numbers judge a map. {taxi}The **quantisation error** is {says}. The **topographic error** is the share of samples whose nearest and *second* nearest units are not neighbours on the grid. {who}

**Write** `map_errors(w, grid, x)`. `w`: shape (units, D), at least two units; `grid`: whole numbers from 0 on, shape (units, 2); `x`: shape (N, D). Returns the tuple `(quantisation, topographic)`."""
    body = f"""def map_errors(w, grid, x):
    \"\"\"Quantisation and topographic error of a map on the samples x (N, D).\"\"\"
    ### BEGIN SOLUTION
    distance = {distance}
    first, second = grid[np.argsort(distance, axis=1)[:, :2].T]
    gap = np.abs(first - second)  # in each coordinate of the grid
    apart = {apart}
    d = distance.min(axis=1)
    return {answer}, apart.mean()
    ### END SOLUTION"""
    # samples 0, 3 + 4 and 0 + 1 from their nearest units (0, 0), (10, 0)
    lengths = [5.0, 1.0, 0.0] if metric == "Euclid" else [7.0, 1.0, 0.0]
    value = number(lengths)
    test1 = f"""grid = np.array([[0, 0], [0, 1], [0, 2]])
w = np.array([[0.0, 0.0], [30.0, 0.0], [10.0, 0.0]])
samples = np.array([[13.0, 4.0], [0.0, 1.0], [10.0, 0.0]])
result = map_errors(w, grid, samples)
assert result is not None and len(result) == 2, (
    "map_errors must return two numbers: quantisation and topographic error"
)
assert abs(float(result[0]) - {value!r}) < 1e-9, (
    "three samples lie {lengths[0]:g}, 1 and 0 from their nearest units, so the quantisation "
    f"error is {value:.4g}; yours: {{float(result[0]):.4g}}"
)
### BEGIN HIDDEN TESTS
from scipy.spatial.distance import cdist

for _ in range(6):
    units, D, N = (int(k) for k in rng.integers([2, 2, 3], [12, 5, 40]))
    grid = np.stack(np.divmod(np.arange(units), 3), axis=1)
    w, x = rng.normal(size=(units, D)), rng.normal(size=(N, D))
    before = w.copy(), grid.copy(), x.copy()
    d = cdist(x, w{name}).min(axis=1)
    expected = {answer}
    assert np.allclose(map_errors(w, grid, x)[0], expected, rtol=1e-7)
    assert all((a == b).all() for a, b in zip((w, grid, x), before))
### END HIDDEN TESTS"""
    test2 = _NEIGHBOUR_EXAMPLES[grid]
    test2 += f"""### BEGIN HIDDEN TESTS
from scipy.spatial.distance import cdist


def far(a, b, grid):
    return {again}


for columns in (3, 5, 6, 1, 30):
    units = 30
    grid = np.stack(np.divmod(np.arange(units), columns), axis=1)
    w = grid @ rng.normal(size=(2, 2)) + rng.normal(0, 0.7, (units, 2))
    w[: units // 3] = rng.permutation(w)[: units // 3]  # a badly folded part
    x = w[rng.integers(0, units, 50)] + rng.normal(0, 0.5, (50, 2))
    wrong = 0
    for row in cdist(x, w{name}):
        a, b = np.argsort(row)[:2]
        wrong += bool(far(grid[a], grid[b], grid))
    assert abs(float(map_errors(w, grid, x)[1]) - wrong / 50) < 1e-9
### END HIDDEN TESTS"""
    return {
        "q8-text": text,
        "q8": body,
        "q8-test1": test1,
        "q8-test1-hint": "First the distance of each sample to its nearest unit, then one number from all of them, as the text says.",
        "q8-test2": test2,
        "q8-test2-hint": "Nearest and second nearest among the weights; then ask the grid of this question whether they are neighbours.",
    }


_NEIGHBOUR_EXAMPLES = {
    "sides": """grid = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
w = np.array([[0.0], [4.0], [8.0], [1.0]])
value = float(map_errors(w, grid, np.array([[0.1], [0.9], [2.6], [2.9]]))[1])
assert abs(value - 0.5) < 1e-12, (
    "two samples lie between units 0 and 3, which touch at a corner only, two between "
    f"1 and 3, which share a side: topographic error 0.5; yours: {value:.4g}"
)
""",
    "ring": """grid = np.array([[0, 0], [0, 1], [0, 2], [0, 3]])
w = np.array([[0.0], [4.0], [8.0], [1.0]])
value = float(map_errors(w, grid, np.array([[0.1], [0.2], [5.9], [5.8]]))[1])
assert value == 0, (
    "four units in a row that closes on itself: 0 and 3 are neighbours, and so are "
    f"1 and 2: topographic error 0; yours: {value:.4g}"
)
w = np.array([[0.0], [4.0], [1.0], [8.0]])
value = float(map_errors(w, grid, np.array([[0.1], [0.2], [6.1], [7.0]]))[1])
assert value == 1, (
    "two samples lie between units 0 and 2, two between 1 and 3, and both pairs are "
    f"two apart, whichever way round: topographic error 1; yours: {value:.4g}"
)
""",
    "honeycomb": """grid = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
w = np.array([[0.0], [4.0], [5.0], [1.0]])
value = float(map_errors(w, grid, np.array([[0.1], [0.2], [4.1], [4.9]]))[1])
assert abs(value - 0.5) < 1e-12, (
    "two samples lie between units (0, 1) and (1, 0), which are neighbours, two "
    "between (0, 0) and (1, 1), which are not: topographic error 0.5; "
    f"yours: {value:.4g}"
)
""",
}
