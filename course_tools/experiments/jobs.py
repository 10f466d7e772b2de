"""Many independent runs: over cores or a cluster, resumable, with the time left.

Each finished run is a line of a journal; a second start goes on from there. A long run
keeps a `Checkpoint` of its own beside it. Both are gone once the result is written.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from course_tools import digests
from course_tools.scheduler import connect

Job = dict[str, Any]


class Checkpoint:
    """Arrays of one run, on disk: `load` what the last `save` wrote, whole or not."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> dict[str, np.ndarray]:
        """The arrays by name; nothing at the first start."""
        if not self.path.is_file():
            return {}
        with np.load(self.path) as stored:
            return dict(stored)

    def save(self, **arrays: Any) -> None:
        """Replace what is there, in one move."""
        self.path.parent.mkdir(parents=True, exist_ok=True)  # a cluster's worker
        part = self.path.with_suffix(".part.npz")
        np.savez(part, **arrays)
        part.replace(self.path)


def fingerprint(module: Any, settings: dict[str, Any], device: str) -> str:
    """Of all that a run's numbers depend on: rows under another one are not reused."""
    asked = json.dumps([settings, device], sort_keys=True).encode()
    files = {Path(m.__file__ or "") for m in _reached(module)}
    return digests.of_code(*files, digests.library(), start=asked)


def _reached(module: Any) -> set[Any]:
    """The module and those of this package it takes modules or functions from."""
    found, todo = set(), {module}
    while todo:
        here = todo.pop()
        found.add(here)
        for value in vars(here).values():
            of = getattr(value, "__module__", None)
            name = str(of or getattr(value, "__name__", ""))
            if name.startswith("course_tools.experiments."):
                todo.add(sys.modules[name])
        todo -= found
    return found


def run_all(
    name: str,
    settings: dict[str, Any],
    device: str,
    folder: Path,
    *,
    workers: int = 1,
    scheduler: str | None = None,
) -> list[Job]:
    """Every job of an experiment with its result, in the order of ``jobs``.

    The journal and the checkpoints lie in ``folder``.
    """
    todo: list[Job] = load(name).jobs(settings)
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / "rows.jsonl"
    done = _read(journal)
    left = [i for i in range(len(todo)) if i not in done]
    calls = [(i, (name, todo[i], settings, device, folder / f"{i}.npz")) for i in left]
    begin = shown = time.monotonic()
    with journal.open("a", encoding="utf-8") as file:
        for i, row in _results(calls, workers, scheduler):
            done[i] = todo[i] | row
            file.write(json.dumps([i, done[i]]) + "\n")
            file.flush()
            finished = len(done) - len(todo) + len(left)
            now = time.monotonic()
            rest = (now - begin) / finished * (len(left) - finished)
            if sys.stderr.isatty() or now - shown > 30 or not rest:
                end = "" if rest else "\n"
                _show(f"{name}: {len(done)}/{len(todo)} runs, {rest:.0f} s left ", end)
                shown = now
    return [done[i] for i in range(len(todo))]


def place(name: str, settings: dict[str, Any], device: str, folder: Path) -> Path:
    """Where an experiment keeps its journal: other code or settings, another place."""
    return folder / f"{name}-{fingerprint(load(name), settings, device)}"


def load(name: str) -> Any:
    """The module of an experiment."""
    return importlib.import_module("course_tools.experiments." + name.replace("-", "_"))


def _one(name: str, job: Job, settings: Job, device: str, path: Path) -> Job:
    result: Job = load(name).one(job, settings, device, Checkpoint(path))
    return result


def _results(
    calls: list[tuple[int, Any]], workers: int, scheduler: str | None
) -> Iterator[tuple[int, Job]]:
    if scheduler:
        from distributed import as_completed

        with connect(scheduler, "dask worker ADDRESS") as client:
            futures = {client.submit(_one, *call, pure=False): i for i, call in calls}
            for future in as_completed(list(futures), loop=client.loop):
                yield futures[future], future.result()
        return
    if workers == 1 or len(calls) < 2:
        for i, call in calls:
            yield i, _one(*call)
        return
    import concurrent.futures as pools
    import multiprocessing

    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # one core per worker
    spawn = multiprocessing.get_context("spawn")
    with pools.ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        waiting = {pool.submit(_one, *call): i for i, call in calls}
        try:
            for done in pools.as_completed(waiting):
                yield waiting[done], done.result()
        finally:  # after a failure or an interruption nothing else begins
            pool.shutdown(wait=False, cancel_futures=True)


def _read(journal: Path) -> dict[int, Job]:
    rows: dict[int, Job] = {}
    if journal.is_file():
        for line in journal.read_text(encoding="utf-8").splitlines():
            try:
                i, row = json.loads(line)
            except json.JSONDecodeError:  # the line that an interruption cut
                continue
            rows[i] = row
    return rows


def _show(text: str, end: str = "") -> None:
    """Over the last line on a terminal, a line of its own elsewhere."""
    terminal = sys.stderr.isatty()
    line = f"\r{text}{end}" if terminal else f"{text}\n"
    print(line, end="", file=sys.stderr, flush=True)
