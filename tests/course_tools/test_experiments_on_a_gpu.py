"""The experiments that wait for a GPU: a run on one, or on a pretended one."""

import pytest

pytest.importorskip("torch")

from course_tools import experiments
from course_tools.experiments import jobs
from tests.support import requires

TAKE_A_GPU = [
    name for name, d in experiments.declarations().items() if "torch" in d["packages"]
]


@pytest.mark.gpu
@pytest.mark.parametrize("name", TAKE_A_GPU)
def test_a_run_on_a_gpu(name, tmp_path):
    """The first and the last run at smoke budget stay on the device and give a row."""
    declared = experiments.declarations()[name]
    if "data" in declared:
        requires("data")
    settings = declared["settings"] | declared["budget"]["smoke"]
    module = jobs.load(name)
    todo = module.jobs(settings)
    for job in (todo[0], todo[-1]):
        row = module.one(job, settings, "cuda", jobs.Checkpoint(tmp_path / "run.npz"))
        assert row["seconds"] >= 0
