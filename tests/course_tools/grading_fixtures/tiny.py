"""A small assignment for the tests of the grading engine: three questions, 6 points.

``source(folder)`` writes it as a course; ``hand_in()`` is what a good student returns.
"""

import copy

from course_tools.assignments import notebooks
from course_tools.assignments.release import release

CANARY = "CANARY7391"  # occurs in every hidden test and may occur nowhere else

SETUP = """import numpy as np
rng = np.random.default_rng(0)
SCALE = 2.0"""

HELPER = """def norm(x):
    return float(np.sqrt((np.asarray(x) ** 2).sum()))


def norm_of_affine(x):
    return norm(affine(x, 1.0))"""

AFFINE = '''def affine(x, a):
    """a x + 1, element by element."""
    ### BEGIN SOLUTION
    return a * np.asarray(x) + 1
    ### END SOLUTION'''

AFFINE_TEST1 = f"""x = np.array([1.0, 2.0])
assert np.allclose(affine(x, SCALE), [3, 5])
### BEGIN HIDDEN TESTS
{CANARY} = 1
for _ in range(5):
    x, a = rng.normal(size=4), float(rng.normal())
    assert np.allclose(affine(x, a), a * x + 1)
    assert type(affine(2, 3)) is not str and affine(2, 3) == 7
assert abs(norm_of_affine(x) - norm(x + 1)) < 1e-12
### END HIDDEN TESTS"""

AFFINE_TEST2 = f"""x = np.array([1.0, 2.0])
affine(x, 5.0)
assert (x == [1, 2]).all(), "affine must not change its argument"
### BEGIN HIDDEN TESTS
{CANARY} = 2
x = rng.normal(size=3)
before = x.copy()
affine(x, 2.0)
assert (x == before).all()
### END HIDDEN TESTS"""

ROOT = '''def root(f, low, high):
    """A root of f between low and high, by bisection."""
    ### BEGIN SOLUTION
    if f(low) * f(high) > 0:
        raise ValueError("no change of sign")
    while high - low > 1e-9:
        middle = (low + high) / 2
        if f(middle) * f(low) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
    ### END SOLUTION'''

ROOT_TEST1 = f"""calls = []


def f(x):
    calls.append(x)
    return x - 1.25


assert abs(root(f, 0.0, 4.0) - 1.25) < 1e-6, "the root is 1.25"
assert len(calls) < 200
### BEGIN HIDDEN TESTS
{CANARY} = 3
for _ in range(3):
    zero = float(rng.uniform(0.1, 0.9))
    assert abs(root(lambda x: x - zero, 0.0, 1.0) - zero) < 1e-6
### END HIDDEN TESTS"""

ROOT_TEST2 = f"""import pytest

with pytest.raises(ValueError, match="sign"):
    root(lambda x: 1.0, 0.0, 1.0)
### BEGIN HIDDEN TESTS
{CANARY} = 4
level = float(rng.uniform(1, 2))
with pytest.raises(ValueError):
    root(lambda x: x + level, 0.0, 1.0)
### END HIDDEN TESTS"""

CONSTANTS = """### BEGIN SOLUTION
weights = {"w": np.array([1.0, 2.0]), "b": 3}
### END SOLUTION"""

CONSTANTS_TEST = f"""assert set(weights) == {{"w", "b"}}
### BEGIN HIDDEN TESTS
{CANARY} = 5
np.testing.assert_array_equal(weights["w"], [1, 2])
assert weights["b"] == 3
### END HIDDEN TESTS"""


def _cell(name, source, kind="code", points=None, locked=False, solution=False):
    meta = {
        "grade": points is not None,
        "grade_id": name,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        meta["points"] = points
    cell = {"cell_type": kind, "id": name, "source": source}
    cell["metadata"] = {"nbgrader": meta}
    if points is not None and locked:
        cell["metadata"]["course"] = {"hint": f"public hint of {name}"}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def notebook():
    """The source notebook as a dictionary."""
    return {
        "cells": [
            _cell("setup", SETUP, locked=True),
            _cell("helper", HELPER, locked=True),
            _cell("q1", AFFINE, solution=True),
            _cell("q1-test1", AFFINE_TEST1, points=1, locked=True),
            _cell("q1-test2", AFFINE_TEST2, points=1, locked=True),
            _cell("q2", ROOT, solution=True),
            _cell("q2-test1", ROOT_TEST1, points=1, locked=True),
            _cell("q2-test2", ROOT_TEST2, points=1, locked=True),
            _cell("q3", CONSTANTS, solution=True),
            _cell("q3-test1", CONSTANTS_TEST, points=2, locked=True),
            _cell("w1", "Model answer.", "markdown", points=1, solution=True),
        ],
        "metadata": {
            "course": {"forbidden": ["course_lib.neurons"], "minutes": 5},
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def source(folder):
    """Write solutions/tiny/tiny.ipynb under a folder; the path of the notebook."""
    path = folder / "solutions" / "tiny" / "tiny.ipynb"
    notebooks.write(path, notebook())
    return path


def hand_in(**answers):
    """The release with right answers, some replaced by keyword (q1=..., w1=...)."""
    handed = release(notebook())
    for cell, original in zip(handed["cells"], notebook()["cells"], strict=True):
        name = notebooks.grade_id(cell)
        if notebooks.role(cell) == "solution":
            cell["source"] = "\n".join(
                line for line in original["source"].split("\n") if "### " not in line
            )
        if notebooks.role(cell) == "written":
            cell["source"] = "My words."
        if name in answers:
            cell["source"] = answers[name]
    return copy.deepcopy(handed)


def cell(handed, name):
    """The cell of a notebook with this grade_id."""
    return next(c for c in handed["cells"] if notebooks.grade_id(c) == name)
