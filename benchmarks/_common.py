"""What the benchmarks share: rounds in turns, and where a result comes from."""

import importlib.metadata
import json
import platform
import statistics
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def seconds(work):
    """Seconds of one call, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def in_turns(contestants, rounds):
    """{name: [seconds, ...]}: everyone once a round, in an order that rotates."""
    names = list(contestants)
    spent = {name: [] for name in names}
    for k in range(rounds):
        for name in names[k % len(names) :] + names[: k % len(names)]:
            spent[name].append(seconds(contestants[name])[0])
    return spent


def ratio(theirs, ours):
    """Median over the rounds of their time / ours: above 1 we are ahead."""
    return round(statistics.median(a / b for a, b in zip(theirs, ours, strict=True)), 3)


def milliseconds(spent):
    """The median, in ms."""
    return round(statistics.median(spent) * 1e3, 4)


def provenance(name, packages, **more):
    """The head of a result file."""
    return {
        "benchmark": name,
        "command": f"course bench {name}",
        "threads": 1,
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {package: _version(package) for package in packages},
        **more,
    }


def write(record, path=None):
    """Print the record and write it to results/<benchmark>.json."""
    text = json.dumps(record, indent=1)
    print(text)
    path = path or RESULTS / f"{record['benchmark']}.json"
    path.write_text(text + "\n", encoding="utf-8")
    sys.stdout.flush()


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor():
    cpuinfo = Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
