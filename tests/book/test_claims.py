"""Chapters, coverage map and result files give the same verdicts and numbers."""

import ast
import csv
import json
import re

import numpy as np
import pytest

from course_lib.dirichlet import trigamma
from course_tools import experiments
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


GOOD, BAD = ("supported", "partly supported"), ("refuted", "not reproducible")


def _result(name):
    """A committed result file."""
    path = ROOT / "book" / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _tells(page, pattern, *values, digits=1):
    """The page has the sentence; the numbers in it are these, to so many digits."""
    text = (ROOT / "book" / page).read_text(encoding="utf-8")
    (found,) = re.finditer(pattern.replace("NUMBER", r"(\d+(?:\.\d+)?)"), text)
    assert [float(n) for n in found.groups()] == [
        pytest.approx(round(v, digits)) for v in values
    ], found[0]


def test_dirichlet_claims_are_the_coverage_maps():
    """The 24 verdicts that the chapter on Dirichlet methods prints are the map's."""
    page = (ROOT / "book/part5/dirichlet_methods.md").read_text(encoding="utf-8")
    printed = dict(re.findall(r"^\| (D\d+) \| .* \| (.+) \| .* \|$", page, re.M))
    mapped = _mapped()
    assert printed == {f"D{k}": mapped[f"dirichlet:D{k}"] for k in range(1, 25)}


def test_summaries_count_the_verdicts():
    """How many claims hold, fail or wait, in the last sentence of both summaries."""
    words = [row.elts[1].value for row in _claims("part4/hybrid_method.md")]
    part = [sum(w in group for w in words) for group in (GOOD, BAD)]
    told = "Of NUMBER claims NUMBER hold wholly or in part; NUMBER are refuted or not"
    _tells("part4/hybrid_method.md", told, len(words), *part)
    words = [row.elts[1] for row in _claims("part6/tuning.md")]
    words = [getattr(word, "value", "") for word in words]  # a name waits
    counts = [words.count(w) for w in ("partly supported", "refuted", "")]
    assert "supported" not in words  # "none as a law"
    told = "Of NUMBER claims NUMBER hold in part, none as a law; NUMBER are refuted, "
    _tells("part6/tuning.md", told + "NUMBER wait for CIFAR", len(words), *counts)


OURS = {"lecture:B17-seconds"}  # asks for more than the source says


@pytest.mark.parametrize(
    "path", sorted(experiments.RESULTS.glob("*.json")), ids=lambda p: p.stem
)
def test_map_does_not_contradict_a_result(path):
    """A supported claim is refuted by no result, a refuted one not always supported."""
    mapped, found = _mapped(), {}
    for row in json.loads(path.read_text(encoding="utf-8"))["verdicts"]:
        if row["claim"] not in OURS:
            claim = re.sub(r"(?<=\d)-.*", "", row["claim"])
            found.setdefault(claim, set()).add(row["verdict"])
    for claim, words in found.items():
        verdict = mapped.get(claim)
        assert verdict != "supported" or "refuted" not in words, claim
        assert verdict != "refuted" or words != {"supported"}, claim


def test_tuning_sentences_tell_the_result():
    """The numbers in the sentences below the chapter's static table."""
    samples = _result("hyper-digits")["samples"]
    mean = {name: float(np.mean(values)) for name, values in samples.items()}
    page, one = "part6/tuning.md", "one cycle minus"
    for net in ("dense", "conv"):
        for length in ("quarter", "half", "whole"):
            steps, flat = (
                mean[f"{net}: {one} {p}, {length}"] for p in ("step", "constant")
            )
            assert max(0, steps, flat) - min(0, steps, flat) <= 0.5
        for length in ("quarter", "half"):
            assert mean[f"{net}: one cycle in {length} minus step in all"] > -1
    _tells(
        page,
        r"ahead on `conv`, by NUMBER points over steps, and a constant rate ahead on "
        "`dense`, by NUMBER",
        mean[f"conv: {one} step, tenth"],
        -mean[f"dense: {one} constant, tenth"],
    )
    _tells(
        page,
        r"on `conv` NUMBER points with those for CIFAR-10, NUMBER with the 0.005 of "
        r"CIFAR-100; on `dense` NUMBER and NUMBER\.",
        *(
            mean[f"{net}: {gap}"]
            for net in ("conv", "dense")
            for gap in (
                "printed rates, quarter",
                "one cycle in tenth minus step at 0.005 in all",
            )
        ),
    )
    fails = (mean[f"{net}: one cycle from 0.1 to 4 fails"] for net in ("conv", "dense"))
    assert tuple(fails) == (0, 1)  # "never fails on conv and always on dense"
    by_batch = "constant, rate by batch"
    assert all(
        abs(mean[f"dense: {by_batch}, {b} minus 100"]) < 1 for b in (25, 50, 200)
    )
    _tells(
        page,
        "on `conv` 200 loses NUMBER, against NUMBER at one rate",
        -mean[f"conv: {by_batch}, 200 minus 100"],
        -mean["conv: constant, same rate, 200 minus 100"],
    )
    _tells(
        page,
        "gains NUMBER points over random search on `conv` and loses NUMBER on `dense`",
        mean["conv: checklist minus random search"],
        -mean["dense: checklist minus random search"],
    )
    spent = _result("hyper-digits")["numbers"].values()  # CPU seconds of its studies
    _tells(page, "questions, NUMBER minutes of one core", sum(spent) / 60, digits=0)
    named = samples["dense: share of runs named as made"]
    _tells(page, "names NUMBER of NUMBER runs", 4 * sum(named), 4 * len(named))


def test_lecture_sentences_tell_the_result():
    """What the chapters of part III say of the digits: medians of five starts."""
    samples = _result("lecture-optimizers")["samples"]
    median = {
        name.removeprefix("digits: "): float(np.median(values))
        for name, values in samples.items()
        if name.startswith("digits: ") and values
    }
    lm = "Levenberg-Marquardt"
    _tells(
        "part3/levenberg_marquardt.md",
        "level in NUMBER steps, and in NUMBER times the seconds of the fastest method",
        median[f"{lm} iterations"],
        2 ** -median[f"lg best other / {lm}, seconds"],
        digits=0,
    )
    _tells(
        "part3/gradient_descent.md",
        r"a loss on the digits \(NUMBER steps to the level against NUMBER,",
        median["Nesterov iterations"],
        median["momentum iterations"],
    )
    for name in ("Quickprop", "Rprop"):  # "on the digits of six"
        assert round(2 ** median[f"lg gradient descent / {name}"]) == 6


def test_mnist_sentences_tell_the_result():
    """The hybrid chapter's numbers on MNIST, without padding and with it."""
    samples, page = _result("hybrid-mnist")["samples"], "part4/hybrid_method.md"
    found = {k.removeprefix("padding 0: "): np.array(v) for k, v in samples.items()}
    gap = found["Adam, batches of 64 minus hybrid"].mean()
    _tells(page, r"Adam in batches ends NUMBER dB below the hybrid", -gap)
    read = 100 * found["accuracy at -8 dB"]
    assert len(read) == 3  # "the three hybrids of ten"
    told = "get to −8 dB read NUMBER to NUMBER % of the images there, not 95 %"
    _tells(page, told, read.min(), read.max(), digits=0)
    slower = found["seconds of the hybrid per Adam's"]
    assert round(slower.min()) == round(slower.max()) == 3  # "costs three of Adam's"
    stuck = [
        (row["padding"], row["rate"])
        for row in _result("hybrid-mnist")["table"]
        if row["method"] == "Adam" and row["plateau"]
    ]
    ((padding, rate),) = stuck  # "one full-batch Adam of three"
    assert padding == 1
    _tells(page, "paralysed, at rate NUMBER", rate, digits=2)


def test_sentences_on_large_images_tell_the_result():
    """Sizes of the network for 224 × 224 pixels, and of its head's JᵀJ."""
    numbers, page = _result("hybrid-cost-224")["numbers"], "part4/hybrid_method.md"
    text = (ROOT / "book" / page).read_text(encoding="utf-8")
    sizes = [
        f"{numbers[name]:,}".replace(",", " ")
        for name in ("parameters of the head", "parameters")
    ]
    assert " of the ".join(sizes) + " parameters lie in the head" in text
    told = r"these NUMBER units are .* \$J\^\\top J\$ of NUMBER GB\."
    size = numbers["GB of the head's normal matrix"]
    _tells(page, told, numbers["units of the head"], size, digits=0)


def test_dirichlet_sentences_tell_the_results():
    """Points and factors in the sentences about the runs at the paper's sizes."""
    page = "part5/dirichlet_methods.md"
    tables = {k: _result(f"dirichlet-table-{k}") for k in (1, 2, 4)}

    def ahead(k, key):
        return float(np.mean(tables[k]["samples"][key]))

    def factor(k):  # of the first array
        law = tables[k]["settings"]["dir"][0]
        return float(1 / trigamma(sum(law)))

    _tells(page, r"On MNIST the factors are NUMBER:", factor(1), digits=2)
    _tells(page, r"On the sine the factor is NUMBER\.", factor(4))
    _tells(page, r"On LeNet-5 the factor is NUMBER\.", factor(2))
    _tells(
        page,
        "At the same η NGDM is NUMBER points ahead of SGDM, at the matched rate level",
        ahead(2, "NGDM-Dir, printed minus SGDM, printed, %"),
    )
    _tells(
        page,
        "The generalized law at the printed rate loses NUMBER points",
        ahead(1, "NGDM-Dir, printed minus NGDM-GenDir, printed, %"),
    )
    _tells(
        page,
        "one-cycle NUMBER and NUMBER points ahead",
        *(-ahead(k, "NGDM-Dir minus SGDM, one-cycle, %") for k in (1, 2)),
    )
    _tells(
        page,
        r"a tuned rate \*per array\* is worth NUMBER:",
        -ahead(4, "GRU: SGDM, rate per array minus SGDM, MSE"),
        digits=3,
    )
