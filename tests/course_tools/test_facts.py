"""docs/facts.md names tests that exist."""

import re

from course_tools import coverage
from tests.support import ROOT


def test_each_fact_has_its_test():
    """Every row's test is there, and no fact stands twice."""
    rows = re.findall(
        r"^\| ([^|]+) \| `(\S+)` \|$",
        (ROOT / "docs" / "facts.md").read_text("utf-8"),
        re.M,
    )
    assert len(rows) > 40
    assert len({fact for fact, _ in rows}) == len(rows)
    missing = [
        t for _, t in rows if not coverage.has_test(f"tests/course_lib/{t}", ROOT)
    ]
    assert not missing
