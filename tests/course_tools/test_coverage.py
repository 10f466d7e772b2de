"""The coverage map: nothing of the sources is left out, nothing it names is missing.

The expected ids are counted out here a second time, from the sources themselves, so
that a row lost from the map is noticed.
"""

import dataclasses
import re
from collections.abc import Iterable

import pytest

from course_tools import coverage
from course_tools.errors import CourseError


def numbered(prefix: str, last: int, first: int = 1) -> set[str]:
    """prefix1, prefix2, ..., prefix<last>."""
    return {f"{prefix}{k}" for k in range(first, last + 1)}


def named(prefix: str, names: str) -> set[str]:
    return {f"{prefix}{name}" for name in names.split()}


LECTURE = (
    # What the slides show without a number, in their order.
    named(
        "sys-",
        "nerve-cell synapse membrane hodgkin-huxley spiking-network bipolar-sigmoid "
        "logistic threshold relu layered-network number-of-layers squared-error "
        "cross-entropy kullback-leibler gradient-descent batches elman lstm hopfield "
        "kohonen bam art deep-learning representation",
    )
    | named(
        "eq-",
        "hh-membrane hh-conductances hh-gates hh-rates-n hh-rates-m hh-rates-h "
        "neuron-output neuron-state softmax stochastic-neuron linear-collapse "
        "training-problem chain-rule gradient-vector output-delta hidden-delta "
        "layer-gradient momentum l2 quickprop-step quickprop-rate quickprop-momentum "
        "rprop-rate rprop-step cg-step cg-line-search cg-direction cg-fletcher-reeves "
        "cg-polak-ribiere cg-reset nag adagrad adadelta newton hessian bfgs-start "
        "bfgs-update bfgs-differences lm-jacobian lm-hessian lm-gradient lm-step "
        "transfer",
    )
    | {"alg-backprop", "fig-hh-circuit"}
    # Ten runs have pictures; five of them have numbers.
    | {
        f"fig-{m}-{t}"
        for m in ("gd", "quickprop", "rprop", "cg")
        for t in ("points", "image")
    }
    | {"fig-bfgs-points", "fig-lm-points"}
    | named("tab-", "gd-points gd-image quickprop-points bfgs-points lm-points")
    | numbered("B", 23)  # claims
    | numbered("F", 22)  # errata
)
CNN = (
    {f"eq2.{k}" for k in range(8, 14)}
    | {f"fig2.{k}" for k in range(7, 12)}
    | {"alg-backprop"}
    | named(
        "sys-",
        "face-example pool-before-dense pool-before-conv reverse-convolution "
        "conv-before-pool",
    )
    | numbered("C", 6)
    | numbered("S", 17)
)
HYBRID = (
    numbered("eq", 38) - {"eq37"}  # the numbering jumps from 36 to 38
    | named("sys-", "simultaneous-step minibatch boundary")
    | numbered("fig", 12)
    | numbered("tab1.", 12)  # by its rows
    | numbered("tab2.", 4)
    | numbered("C", 31)
    | numbered("G", 48)
)
DIRICHLET = (
    numbered("eq", 14)
    | named(
        "sys-",
        "gendir-inverse ball-to-simplex energy-test triangle-test settings",
    )
    | numbered("alg", 5)
    | numbered("tab", 4)
    | numbered("fig", 6)
    | numbered("D", 24)
    | numbered("E", 28)
)
HYPER = (
    numbered("step", 4)
    | named("sys-", "early-hints one-cycle")
    | numbered("tab1.", 18)
    | named("fig", "1 2 3a 3b 3c 3d 4a 4b")
    | numbered("H", 19)
    | numbered("R", 18)
)
EXPECTED = {
    "lecture": (LECTURE, 129),
    "cnn": (CNN, 40),
    "hybrid": (HYBRID, 147),
    "dirichlet": (DIRICHLET, 86),
    "hyper": (HYPER, 69),
}
# The letters of an id tell its kind.
KIND = {
    "eq": "equation",
    "sys": "system",
    "alg": "algorithm",
    "step": "algorithm",
    "tab": "table",
    "fig": "figure",
    **dict.fromkeys("BCDH", "claim"),
    **dict.fromkeys("EFGRS", "erratum"),
}


@pytest.fixture(scope="module")
def rows() -> list[coverage.Row]:
    return coverage.read()


def ids(rows: Iterable[coverage.Row], prefix: str) -> set[str]:
    begin = prefix + ":"
    return {r.id.removeprefix(begin) for r in rows if r.id.startswith(begin)}


@pytest.mark.parametrize("prefix", EXPECTED)
def test_map_has_a_row_for_every_item(rows, prefix):
    """Each item counted out of the source has a row, and no row is without an item."""
    expected, count = EXPECTED[prefix]
    assert len(expected) == count
    found = ids(rows, prefix)
    assert expected - found == set(), "items without a row"
    assert found - expected == set(), "rows without an item"


def test_map_names_only_what_exists(rows):
    """Ids are unique; code, tests, anchors, questions, results, verdicts are there."""
    assert coverage.problems(rows) == []


def test_kinds_follow_the_letters_of_the_id(rows):
    """eq, sys, alg, tab, fig, and one letter per list of claims or errata."""
    for row in rows:
        letters = re.match(r"[A-Za-z]+", row.id.partition(":")[2])[0]
        assert row.kind == KIND[letters], row.id


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"source": "Radiuk 2020"}, "does not belong to 'lecture'"),
        ({"code": ("course_lib.neurons.hodgkin_huxley:ratez",)}, "code .*ratez"),
        ({"code": ("course_lib.neurons.nothing:rates",)}, "code .*nothing"),
        ({"code": ("course_lib.neurons.hodgkin_huxley",)}, "code .*hodgkin_huxley"),
        ({"code": ("course_lib.neurons.hodgkin_huxley:Axon.x",)}, "code .*Axon.x"),
        ({"test": ("tests/course_lib/test_hodgkin_huxley.py::test_z",)}, "test .*_z"),
        ({"test": ("tests/course_lib/test_none.py::test_z",)}, "test .*test_none"),
        ({"page": "part1/none#eq-x"}, "page part1/none is not in _toc.yml"),
        ({"page": "part1/hodgkin_huxley#eq-x"}, "no label or heading 'eq-x'"),
        ({"assignment": ("ps01_none#q1",)}, "assignment ps01_none has no"),
        ({"assignment": ("ps01_hodgkin_huxley#q99",)}, "no question 'q99'"),
        ({"result": "none.json"}, "book/results/none.json does not exist"),
        ({"verdict": "nonsense"}, "verdict 'nonsense' is none of right,"),
        ({"why_not": "later"}, "why_not 'later' is no reason"),
        ({"what": ""}, "no line in docs/source_items.csv"),
    ],
)
def test_problems_names_each_kind_of_mistake(rows, change, problem):
    """A row that names what does not exist is reported with its id and the name."""
    row = next(row for row in rows if row.id == "lecture:eq-hh-rates-h")
    found = coverage.problems([dataclasses.replace(row, **change)])
    assert len(found) == 1
    assert found[0].startswith("lecture:eq-hh-rates-h: ")
    assert re.search(problem, found[0])


def test_problems_reports_a_repeated_id(rows):
    """Two rows of one id are one too many."""
    assert coverage.problems([rows[0], rows[0]]) == [
        f"{rows[0].id}: 2 rows; an id has one"
    ]


def test_result_must_be_json(tmp_path):
    """A result file that is not JSON is reported; the folder is a bare course."""
    (tmp_path / "_toc.yml").write_text("root: intro\n", encoding="utf-8")
    results = tmp_path / "book" / "results"
    results.mkdir(parents=True)
    (results / "x.json").write_text("{", encoding="utf-8")
    row = row_of("claim", result="x.json")
    (problem,) = coverage.problems([row], tmp_path)
    assert problem.startswith("lecture:B1: result file book/results/x.json is not JSON")


def row_of(kind: str, **cells: object) -> coverage.Row:
    empty: dict[str, object] = {
        "id": "lecture:B1",
        "source": "Borisov 2024",
        "kind": kind,
        "code": (),
        "test": (),
        "page": "",
        "assignment": (),
        "result": "",
        "verdict": "",
        "why_not": "",
        "what": "an item",
    }
    return coverage.Row(**(empty | cells))


def test_complete_asks_what_the_kind_requires():
    """An equation needs code, test, page; a claim a verdict too, a table a result."""
    shown = {"code": ("m:f",), "test": ("tests/t.py::test_x",), "page": "p"}
    assert row_of("equation").missing == ["code", "test", "page"]
    assert row_of("equation", **shown).complete
    assert row_of("claim", **shown).missing == ["verdict"]
    assert row_of("table", **shown).missing == ["result", "verdict"]
    assert row_of("table", **shown, verdict="refuted", result="x.json").complete


def test_reason_excuses_every_cell_but_the_verdict():
    """A lost figure is done with its reason; an erratum still needs its verdict."""
    why = {"why_not": "The picture is lost."}
    assert row_of("figure", **why).complete
    assert row_of("erratum", **why).missing == ["verdict"]


def test_anchors_are_those_of_the_html(tmp_path):
    """Labels, equations, figures, headings; a comment in a code cell is no heading."""
    page = tmp_path / "page.md"
    page.write_text(
        "(my_label)=\n# The f-I curve, and its 2 answers\n"
        "```{code-cell} python3\n---\n      name: fig-x\n---\n# not this\n```\n"
        "$$\nx = 1\n$$ (eq-one)\n:::{math}\n:label: eq-two\nx\n:::\n"
        ":::{exercise} E\n:label: ex-one\n:::\n",
        encoding="utf-8",
    )
    assert coverage.anchors(page) == {
        "my_label": "my-label",
        "the-f-i-curve-and-its-2-answers": "the-f-i-curve-and-its-2-answers",
        "fig-x": "fig-x",
        "eq-one": "equation-eq-one",
        "eq-two": "equation-eq-two",
        "ex-one": "ex-one",
    }


def test_href_leads_to_the_built_page():
    """The address is the page's, with docutils' form of the anchor."""
    page = "part1/hodgkin_huxley"
    assert coverage.href(page) == "part1/hodgkin_huxley.html"
    assert coverage.href(f"{page}#eq-hh-gates").endswith(".html#equation-eq-hh-gates")
    assert coverage.href(f"{page}#fig-hh-gates").endswith(".html#fig-hh-gates")


def test_has_code_sees_methods_imports_and_branches(tmp_path):
    """A method, an import, a name bound under try or if: all are found."""
    (tmp_path / "m.py").write_text(
        "try:\n    import numba as fast\nexcept ImportError:\n    fast = None\n"
        "if fast:\n    A = B = 1\nclass C:\n    x: int = 0\n    def f(self): ...\n",
        encoding="utf-8",
    )
    for name in ("fast", "A", "B", "C", "C.x", "C.f"):
        assert coverage.has_code(f"m:{name}", tmp_path), name
    for name in ("D", "C.g", "A.f", ""):
        assert not coverage.has_code(f"m:{name}", tmp_path), name


def test_summary_counts_complete_rows(rows, capsys):
    """The command prints the count, per source too, and finds nothing wrong."""
    assert coverage.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    done = sum(row.complete for row in rows)
    assert lines[0] == f"coverage: {done} of {len(rows)} rows complete"
    assert len(lines) == 1 + len(coverage.SOURCES)
    parts = [re.findall(r"\d+", line)[-2:] for line in lines[1:]]
    assert sum(int(part) for part, _ in parts) == done
    assert sum(int(whole) for _, whole in parts) == len(rows) == 471


def test_todo_lists_the_incomplete_rows_of_a_source(rows, capsys):
    """--todo cnn lists each incomplete row of that source with what it lacks."""
    coverage.main(["--todo", "cnn"])
    listed = re.findall(r"^(cnn:\S+)", capsys.readouterr().out, flags=re.M)
    assert listed == [r.id for r in rows if r.missing and r.id.startswith("cnn:")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "expected .*coverage.csv, found none"),
        ("id,kind\n", "expected the columns id,source,"),
        (",".join(coverage.COLUMNS) + "\na,b\n", "line 2: expected 10 cells"),
        (",".join(coverage.COLUMNS) + "\na,b,c,,,,,,,\n", "expected a kind .* 'c'"),
    ],
)
def test_read_refuses_a_broken_map(tmp_path, text, message):
    """A missing file, other columns, too few cells, an unknown kind: one sentence."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "source_items.csv").write_text("id,what\n", encoding="utf-8")
    if text is not None:
        (docs / "coverage.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=message):
        coverage.read(tmp_path)


def test_every_item_line_has_a_row(rows):
    """docs/source_items.csv has the ids of the map, in its order, each once."""
    path = coverage.ROOT / "docs" / "source_items.csv"
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == [row.id for row in rows]
