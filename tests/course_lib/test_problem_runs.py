"""Seventeen problems with known answers by every method that accepts them."""

import csv

import numpy as np
import pytest

from course_lib.optim.method import Status
from tests.course_lib import problem_runs

with problem_runs.TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.reader(file))[1:]


def test_table_has_every_pair():
    """At least fifteen problems, every method, each pair that fits exactly once."""
    assert [(name, label) for name, label, *_ in ROWS] == list(problem_runs.pairs())
    assert len({name for name, *_ in ROWS}) >= 15
    assert len(problem_runs.methods(1.0)) == len({label for _, label, *_ in ROWS})


@pytest.mark.parametrize("problem", problem_runs.PROBLEMS)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_runs_end_as_the_table_says(problem):
    """Status, evaluations and value of 23 methods, a quarter beyond the range or less.

    No value is below the known minimum, and who says TARGET has reached it.
    """
    minimum, wrong = problem_runs.PROBLEMS[problem].minimum, []
    for name, label, statuses, least, most, low, high in ROWS:
        if name != problem:
            continue
        run = problem_runs.run(name, label)
        used, reached = run.history.evaluations[-1], run.status is Status.TARGET
        if reached and name != "plane":
            assert run.value <= minimum * (1 + 1e-6) + 1e-9, (label, run)
        if name != "plane":  # its level is no minimum
            assert run.value >= minimum * (1 - 1e-6) - 1e-15, (label, run)
        fits = run.status.name in statuses.split(" or ")
        fits &= 0.75 * int(least) - 2 <= used <= 1.25 * int(most) + 2
        fits &= reached or 0.75 * float(low) <= run.value <= 1.25 * float(high)
        if not fits:
            wrong.append((label, run.status.name, used, f"{run.value:.3g}"))
        assert np.isfinite(run.theta).all()
    assert not wrong
