"""The benchmark runner, and what every committed result must say."""

import json
import re

import pytest

from course_tools import cli
from tests.support import ROOT

RESULTS = sorted((ROOT / "benchmarks" / "results").glob("*.json"))


def test_bench_lists_each_benchmark(capsys):
    """--list names every file of benchmarks/ with its first line."""
    assert cli.main(["bench", "--list"]) == 0
    listed = capsys.readouterr().out
    for path in (ROOT / "benchmarks").glob("[!_]*.py"):
        assert path.stem.replace("_", "-") in listed


def test_bench_refuses_an_unknown_name(capsys):
    """An unknown benchmark is one sentence and exit code 2."""
    assert cli.main(["bench", "nothing-like-it"]) == 2
    assert "expected one of" in capsys.readouterr().err


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_result_says_where_it_comes_from(path):
    """A result file names its command, versions and threads, and no machine path."""
    text = path.read_text(encoding="utf-8")
    result = json.loads(text)
    assert {"command", "versions", "threads"} <= set(result)
    assert not re.search(r"/(home|root|Users|tmp)/", text)
