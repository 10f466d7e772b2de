"""Table 1, DenseNet on CIFAR-10: two printed arms; momenta, decays, batches."""

from typing import Any

import numpy as np

from course_tools.experiments import cifar
from course_tools.experiments.rules import roughness

Row = dict[str, Any]
jobs, one, summary = cifar.jobs, cifar.one, cifar.summary
PAIRS = (
    ("one cycle 100", "step 100"),
    ("momentum 0.9", "momentum 0.95"),
    ("momentum 0.9", "momentum 0.97"),
    ("momentum 0.9", "momentum 0.99"),
    ("decay 0.000001", "decay 0.0001"),
    ("decay 0.000001", "decay 0.00001"),
    ("batch 512", "batch 256"),
)


def report(rows: list[Row], settings: Row) -> Row:
    """Test accuracies and their differences, paired by start; how many failed."""
    tests, table = cifar.by_arm(rows)
    samples = tests | cifar.differences(tests, PAIRS)
    last = {
        arm: [row["losses"][-1] for row in rows if row["arm"] == arm] for arm in tests
    }
    # Above the loss of an answer by chance, or not a number.
    failed = [float(not E < np.log(10)) for E in last["one cycle 100"]]
    rough = {
        arm: np.array([roughness(row["losses"]) for row in rows if row["arm"] == arm])
        for arm in ("batch 256", "batch 512")
    }
    difference = rough["batch 256"] - rough["batch 512"]
    samples["one cycle 100 fails"] = failed
    samples["roughness, batch 256 minus 512"] = difference.round(4).tolist()
    return {"numbers": {}, "samples": samples, "table": table}
