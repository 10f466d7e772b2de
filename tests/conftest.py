"""Threads, markers, and the closing list of skips by missing requirement."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from collections import Counter  # noqa: E402 - the threads must be set before NumPy

import pytest  # noqa: E402

PRETENDED = []  # tests for a GPU that had none


def _torch():
    try:
        import torch
    except ImportError:
        return None
    return torch


def pytest_collection_modifyitems(items):
    if any("gpu" in item.keywords for item in items) and not _torch():
        skip = pytest.mark.skip(reason="requires torch: not installed")
        for item in items:
            if "gpu" in item.keywords:
                item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Without a GPU, its tests run on a pretended one: placement, no kernels."""
    if "gpu" not in pyfuncitem.keywords or _torch().cuda.is_available():
        return (yield)
    from tests.pretend_cuda import pretend

    PRETENDED.append(pyfuncitem.nodeid)
    with pretend():
        return (yield)


def pytest_terminal_summary(terminalreporter):
    if PRETENDED:
        terminalreporter.section("no CUDA device here")
        terminalreporter.write_line(
            f"{len(PRETENDED):4d}  tests marked gpu ran on a pretended one: placement "
            "was tested; kernels, rounding and speed were not"
        )
    skipped = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        if isinstance(report.longrepr, tuple)
        else str(report.longrepr)
        for report in terminalreporter.stats.get("skipped", [])
    )
    if skipped:
        terminalreporter.section("skipped, by what is missing")
        for reason, count in sorted(skipped.items()):
            terminalreporter.write_line(f"{count:4d}  {reason}")
