"""A chapter's table of claims and the coverage map give the same verdicts."""

import ast
import csv
import json
import re

from tests.support import ROOT


def _claims(page):
    """The rows of the table ``claims`` that a chapter's cell assigns, as syntax."""
    text = (ROOT / "book" / page).read_text(encoding="utf-8")
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", text, re.M | re.S)
    (cell,) = (each for each in cells if "\nclaims = [" in each)
    tree = ast.parse(re.sub(r"^:tags:.*\n", "", cell))
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "claims"
    )
    return table.elts


def _mapped():
    """Verdicts of docs/coverage.csv by id."""
    with (ROOT / "docs" / "coverage.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["verdict"] for row in csv.DictReader(file)}


def test_hybrid_claims_are_the_coverage_maps():
    """The 31 verdicts that the hybrid chapter prints are those of docs/coverage.csv."""
    printed = [row.elts[1].value for row in _claims("part4/hybrid_method.md")]
    mapped = _mapped()
    assert printed == [mapped[f"hybrid:C{k}"] for k in range(1, 32)]


def test_tuning_claims_are_the_coverage_maps():
    """The 19 verdicts that the chapter on tuning prints are those of the map."""
    words = [row.elts[1] for row in _claims("part6/tuning.md")]
    printed = [getattr(word, "value", "not decided") for word in words]  # a name waits
    mapped = _mapped()
    assert printed == [mapped[f"hyper:H{k}"] for k in range(1, 20)]


def test_tuning_numbers_at_full_budget_are_the_result_files():
    """The static table of the chapter: means and verdicts of hyper-digits.json."""
    page = (ROOT / "book" / "part6" / "tuning.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \| .* \| (.*) \| (.*) \| (.*) \|$", page, re.M)
    path = ROOT / "book" / "results" / "hyper-digits.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    verdicts = {v["claim"]: v for v in found["verdicts"]}
    assert len(rows) > 10
    for name, dense, conv, word in rows:
        claim = next(c for c in found["claims"] if c["id"] == f"hyper:{name}")
        kept = verdicts[claim["id"]]
        values = {"dense": "", "conv": ""}
        for condition, e in zip(claim["conditions"], kept["evidence"], strict=True):
            net = condition["sample"].split(":")[0]
            values[net] = values[net] or f"{e['value']:+.2f}".replace("-", "−")
        assert (dense, conv, word) == (*values.values(), kept["verdict"]), name
