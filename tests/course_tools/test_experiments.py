"""Experiments: each runs at smoke budget, and committed results follow their rules."""

import json

import pytest

from course_tools import cli, experiments


@pytest.mark.parametrize("name", experiments.declarations())
def test_experiment_runs_at_smoke_budget(name, tmp_path):
    """Each declared experiment runs, decides its claims and writes one file."""
    path = experiments.reproduce(name, budget="smoke", out=tmp_path)
    result = json.loads(path.read_text(encoding="utf-8"))
    declared = experiments.declarations()[name]
    assert [v["claim"] for v in result["verdicts"]] == [
        c["id"] for c in declared["claims"]
    ]
    assert {"command", "versions", "device", "settings"} <= set(result)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("path", sorted(experiments.RESULTS.glob("*.json")), ids=str)
def test_committed_result_follows_its_rule(path):
    """A committed verdict is what today's rule says of its numbers."""
    result = json.loads(path.read_text(encoding="utf-8"))
    declared = experiments.declarations()[result["experiment"]]
    assert result["verdicts"] == [
        experiments.verdict(claim, result["numbers"]) for claim in declared["claims"]
    ]


def test_lecture_hodgkin_huxley_counts():
    """The committed spike counts are those known from an independent integration."""
    path = experiments.RESULTS / "lecture-hodgkin-huxley.json"
    table = json.loads(path.read_text(encoding="utf-8"))["table"]
    counts = {
        case: [row["spikes"] for row in table if row["case"] == case]
        for case in ("right", "seven_tenths", "printed")
    }
    assert counts["right"] == [0, 0, 1, 1, 2, 6, 6, 7]
    assert counts["seven_tenths"] == [0, 5, 6, 6, 7, 7, 7, 7]
    assert counts["printed"] == [0] * 8


def test_reproduce_refuses_what_it_does_not_know(capsys, tmp_path):
    """An unknown name is one sentence, exit code 2, and no file."""
    assert cli.main(["reproduce", "table-99", "--out", str(tmp_path)]) == 2
    assert "expected one of" in capsys.readouterr().err
    assert cli.main(["reproduce"]) == 2
    assert not list(tmp_path.iterdir())


def test_reproduce_refuses_a_missing_gpu(capsys, monkeypatch):
    """--device cuda without one says what to do."""
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code = cli.main(["reproduce", "lecture-hodgkin-huxley", "--device", "cuda"])
    assert code == 2
    assert "expected a CUDA device" in capsys.readouterr().err
