"""docs/facts.md names tests that exist; the README's measures are the benchmarks'."""

import json
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


def test_readme_measures_are_the_result_files():
    """Every figure in the README's table of measurements is the benchmark's own."""

    def read(name):
        path = ROOT / "benchmarks" / "results" / f"{name}.json"
        return json.loads(path.read_text("utf-8"))

    lm = read("levenberg-marquardt")["parts"]
    methods = read("first-order")["methods"].values()
    grading = read("grading")["summary"]
    foreach = [m["foreach_over_ours"] for m in methods]
    fused = [m["ours_over_fused"] for m in methods if "ours_over_fused" in m]
    torch = sorted(
        case["torch_ratio"]
        for case in read("convolution")["cases"]
        if case["dtype"] == "float32"
    )
    assert len(torch) == 4
    adam = min(
        run["seconds"]
        for run in lm["million-adam"].values()
        if run["accuracy"] >= 0.999
    )
    ours = min(
        run["seconds"]
        for run in lm["million"]["levenberg_marquardt"]
        if run["accuracy"] >= 0.999
    )
    images = lm["small"]["images"]
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    for told in (
        f"{lm['step']['best_peer_over_ours']:.0f} times as fast as the best package",
        f"{lm['step']['nngeometry_over_ours']:.1f} times as fast as nngeometry",
        f"takes {min(foreach):.2f} to {max(foreach):.2f} of our time",
        f"we take {min(fused):.2f} to {max(fused):.2f} of `fused`",
        f"{grading['times_faster_than_nbgrader']:.1f} times as fast as nbgrader",
        f"passed: {grading['forged_passes']} of {grading['cases']} "
        f"(nbgrader alone: {len(grading['forged_passes_plain_nbgrader'])})",
        f"on {images['parameters']} weights | the same package is "
        f"{1 / images['best_peer_over_ours']:.1f} times as fast",
        f"needs {adam:.0f} s for 99.9 %, our Levenberg-Marquardt {ours:.0f} s",
        f"kernels take {torch[0]:.2f} to {torch[2]:.2f} of our time",
    ):
        assert told in readme, told
