"""Texts with gaps and worked examples for other forms of questions."""

import numpy as np

from course_tools.assignments.forms import fill, play, shown


def test_code_keeps_the_indent_of_its_gap():
    """Several lines put into a gap stand as deep as the gap."""
    text = "\ndef f(x):\n    <<body>>\n    return <<x>>\n"
    assert fill(text, body="a = x\nb = a", x=3) == (
        "def f(x):\n    a = x\n    b = a\n    return 3"
    )


def test_solution_is_played_with_what_it_needs():
    """The last function counts, with NumPy and the names given."""
    cell = "def g(x):\n    return x\n\n\ndef f(x):\n    return np.sum(x) + k"
    assert play(cell, k=1)([1, 2]) == 4


def test_numbers_are_short():
    """Six digits and no trailing zeros."""
    assert shown([0.8, -2.1]) == "0.8, -2.1"
    assert shown(np.pi, 3) == "3.14"
