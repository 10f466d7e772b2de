"""A client of somebody's ``dask.distributed`` scheduler, or one sentence."""

from typing import Any

from course_tools.errors import CourseError


def connect(address: str, worker: str) -> Any:
    """The client; ``worker`` is the command that starts a worker, for the sentence."""
    from distributed import Client

    try:
        return Client(address, timeout="5s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise CourseError(
            f"no scheduler answers at {address} ({str(error)[:100]}); start one with "
            f"'dask scheduler' and workers with '{worker}'"
        ) from None
