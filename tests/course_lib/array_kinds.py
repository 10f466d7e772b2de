"""The array kinds each test of a layer runs for, and how to move between them."""

import numpy as np
import pytest

KINDS = [
    "numpy-float64",
    "numpy-float32",
    "torch-float64",
    "torch-float32",
    pytest.param("cuda-float64", marks=pytest.mark.gpu),
    pytest.param("cuda-float32", marks=pytest.mark.gpu),
]


def make(kind, a):
    """``a`` (an array, or a dict of arrays) as the named kind."""
    if isinstance(a, dict):
        return {name: make(kind, each) for name, each in a.items()}
    library, dtype = kind.split("-")
    a = np.asarray(a, dtype)
    if library == "numpy":
        return a
    torch = pytest.importorskip("torch")
    return torch.tensor(a, device="cuda" if library == "cuda" else "cpu")


def back(a):
    """Any kind to NumPy float64."""
    if isinstance(a, dict):
        return {name: back(each) for name, each in a.items()}
    if hasattr(a, "detach"):
        a = a.detach().cpu().numpy()
    return np.asarray(a, np.float64)


def rtol(kind):
    """Rounding of the kind, with room for sums of a few hundred terms."""
    return 1e-11 if kind.endswith("64") else 2e-4


def assert_close(actual, expected, rtol):
    """Equal within ``rtol`` of the largest entry: sums cancel, entries need not."""
    actual, expected = back(actual), back(expected)
    assert actual.shape == expected.shape
    scale = max(np.abs(expected).max(initial=0), 1e-30)
    np.testing.assert_allclose(actual / scale, expected / scale, rtol=0, atol=rtol)
