"""The only file that branches on the array kind: NumPy or torch, CPU or GPU.

Everything above writes ``xp = namespace(x)`` and then reads like NumPy.
"""

from types import ModuleType
from typing import Any

from array_api_compat import array_namespace

__all__ = ["namespace"]


def namespace(*arrays: Any) -> ModuleType:
    """The array module shared by ``arrays`` (NumPy's for plain numbers)."""
    with_arrays = [a for a in arrays if hasattr(a, "shape")]
    if not with_arrays:
        import numpy

        return numpy
    return array_namespace(*with_arrays)
