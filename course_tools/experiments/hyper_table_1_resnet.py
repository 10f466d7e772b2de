"""Table 1, ResNet on CIFAR-10: the printed arms, and both policies tuned alike."""

from typing import Any

from course_tools.experiments import cifar

Row = dict[str, Any]
jobs, one, summary = cifar.jobs, cifar.one, cifar.summary
PAIRS = (
    ("one cycle 25", "step 200"),
    ("one cycle 50", "step 200"),
    ("one cycle 100", "step 100"),
    ("one cycle 100", "one cycle 50"),
    ("decay 0.0001", "decay 0.001"),
    ("decay 0.0001", "decay 0.00003"),
    ("decay 0.0001", "decay 0.00001"),
)


def report(rows: list[Row], settings: Row) -> Row:
    """Test accuracies and their differences, paired by start."""
    tests, table = cifar.by_arm(rows)
    for policy, arms in settings["tuned"].items():
        tests[f"{policy}, tuned"] = cifar.tuned(rows, arms)
    pairs = (*PAIRS, ("one cycle 100, tuned", "step 100, tuned"))
    samples = tests | cifar.differences(tests, pairs)
    return {"numbers": {}, "samples": samples, "table": table}
