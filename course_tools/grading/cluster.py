"""The same jobs on a ``dask.distributed`` cluster, by the address of its scheduler.

A Dask worker passes each job on to a lane of ``batch``: a process with one thread, as
the judge's alarm and the warm process need. It gets the bytes of the notebooks and
gives a record back; it sees no database, no course and no results. The machines need
this package; how they are protected from each other is Dask's affair (``tls://``).
"""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from course_tools import scheduler
from course_tools.grading.batch import Lane, checked, fault
from course_tools.grading.collect import Job
from course_tools.grading.judge import Record
from course_tools.grading.submission import contents

RETRIES = 2  # of a job whose worker dies
_lanes: list[Lane] = []  # of this worker, none of them busy


def grade(job: Job, source: bytes, submission: bytes | None) -> Record:
    """On a worker: grade one submission from the bytes of its notebooks."""
    lane = _lanes.pop() if _lanes else Lane()
    folder = Path(lane.folder, hashlib.sha256(source).hexdigest())
    folder.mkdir(exist_ok=True)
    (folder / job.source.name).write_bytes(source)
    here = dataclasses.replace(job, source=folder / job.source.name, path=None)
    if submission is not None:
        path = Path(lane.folder, job.source.name)
        path.write_bytes(submission)
        here = dataclasses.replace(here, path=path)
    try:
        lane.give(here)
        while (record := lane.take()) is None:
            lane.pipe.poll(1.0)
    except BaseException:
        lane.end(kill=True)
        raise
    _lanes.append(lane)
    return record


def run_jobs(jobs: Sequence[Job], address: str) -> Iterator[Record]:
    """Records of all jobs as they are ready, from the workers of a scheduler."""
    from distributed import as_completed

    client = scheduler.connect(address, "dask worker ADDRESS --nthreads 1")
    with client:
        waiting = list(reversed(jobs))
        running: dict[Any, Job] = {}
        done = as_completed(loop=client.loop)
        while waiting or running:
            room = 4 * max(1, len(client.scheduler_info()["workers"]))
            while waiting and len(running) < room:  # not all notebooks at once
                job = waiting.pop()
                data = contents(job.path) if job.path else None
                arguments = (job, job.source.read_bytes(), data)
                future = client.submit(grade, *arguments, pure=False, retries=RETRIES)
                running[future] = job
                done.add(future)
            future = next(done)
            job = running.pop(future)
            try:
                yield checked(future.result(), job)
            except Exception as error:  # Dask has given it up
                yield fault(job, f"cluster: {type(error).__name__}: {error}"[:300])
