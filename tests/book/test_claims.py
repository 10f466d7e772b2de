"""A chapter's table of claims and the coverage map give the same verdicts."""

import ast
import csv
import re

from tests.support import ROOT


def test_hybrid_claims_are_the_coverage_maps():
    """The 31 verdicts that the hybrid chapter prints are those of docs/coverage.csv."""
    page = (ROOT / "book" / "part4" / "hybrid_method.md").read_text(encoding="utf-8")
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", page, re.M | re.S)
    (cell,) = (each for each in cells if "\nclaims = [" in each)
    tree = ast.parse(re.sub(r"^:tags:.*\n", "", cell))
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "claims"
    )
    printed = [row.elts[1].value for row in table.elts]
    with (ROOT / "docs" / "coverage.csv").open(encoding="utf-8", newline="") as file:
        mapped = {row["id"]: row["verdict"] for row in csv.DictReader(file)}
    assert printed == [mapped[f"hybrid:C{k}"] for k in range(1, 32)]
