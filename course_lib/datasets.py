"""Data sets: small ones made or carried along, large ones found, checked or fetched.

Iris and the 8×8 digits come with scikit-learn. MNIST and CIFAR-10 are looked for in the
folder named by the environment variable COURSE_DATA, then in the user's cache, and are
else downloaded there; every file is checked against the published MD5 of its content
before it is used (and before anything is unpickled).

All random problems take a `numpy.random.Generator`; `plane_problem` is one fixed
problem, on which every optimizer chapter races.

Source: Borisov 2024, "points" (a substitute, the original is unpublished). Chapter:
learning-as-optimization.
"""

import gzip
import hashlib
import http.client
import os
import pickle
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "DataError",
    "Split",
    "cifar10",
    "digits",
    "fetch",
    "iris",
    "mnist",
    "moons",
    "noisy_sine",
    "plane_problem",
    "plane_start",
    "rings",
    "spirals",
]


class DataError(OSError):
    """A data set could not be found, fetched or trusted; the message says a remedy."""


class Split(NamedTuple):
    """Inputs and targets, for training and for test."""

    x_train: np.ndarray
    t_train: np.ndarray
    x_test: np.ndarray
    t_test: np.ndarray


# --------------------------------------------------------------------------------
# Real data


def iris() -> tuple[np.ndarray, np.ndarray]:
    """Fisher's irises: x (150, 4) in cm, class numbers (150,).

    Sepal length and width, petal length and width; setosa, versicolor, virginica. The
    file of the UCI repository differs in samples 35 and 38 (1-based); these are
    Fisher's values.

    Source: Fisher 1936, as in scikit-learn. Chapter: hybrid-method.
    """
    from sklearn.datasets import load_iris

    data = load_iris()
    return data.data, data.target


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits: x (1797, 8, 8) from 0 to 1, labels (1797,).

    Source: UCI, as in scikit-learn. Chapter: representation.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.images / 16, data.target


_MNIST = {
    "train-images-idx3-ubyte.gz": ("6bbc9ace898e44ae57da46a324031adb", 16),
    "train-labels-idx1-ubyte.gz": ("a25bea736e30d166cdddb491f175f624", 8),
    "t10k-images-idx3-ubyte.gz": ("2646ac647ad5339dbf082846283269ea", 16),
    "t10k-labels-idx1-ubyte.gz": ("27ae3e4e09519cfbb04c329615203637", 8),
}
_MNIST_URLS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_CIFAR = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
_CIFAR_URLS = ("https://www.cs.toronto.edu/~kriz/",)


def mnist() -> Split:
    """MNIST: images (N, 1, 28, 28) and labels (N,), uint8; 60 000 and 10 000.

    Source: LeCun et al. 1998. Chapter: hybrid-method.
    """
    parts = []
    for name, (md5, header) in _MNIST.items():

        def read(path: Path, md5: str = md5, name: str = name) -> bytes:
            content = gzip.decompress(path.read_bytes())
            _check_md5(content, md5, name)
            return content

        content = fetch(f"mnist/{name}", [url + name for url in _MNIST_URLS], read)
        parts.append(np.frombuffer(content, np.uint8, offset=header))
    x_train, t_train, x_test, t_test = parts
    shape = (-1, 1, 28, 28)
    return Split(x_train.reshape(shape), t_train, x_test.reshape(shape), t_test)


def cifar10() -> Split:
    """CIFAR-10: images (N, 3, 32, 32) and labels (N,), uint8; 50 000 and 10 000.

    Source: Krizhevsky 2009. Chapter: dirichlet-methods.
    """
    name = "cifar-10-python.tar.gz"
    urls = [url + name for url in _CIFAR_URLS]
    batches = fetch(f"cifar-10/{name}", urls, _read_cifar)
    x = [batch[b"data"].reshape(-1, 3, 32, 32) for batch in batches]
    t = [np.array(batch[b"labels"], np.uint8) for batch in batches]
    return Split(np.concatenate(x[:5]), np.concatenate(t[:5]), x[5], t[5])


def _read_cifar(path: Path) -> list[dict]:
    """The six batches; each is unpickled only after its MD5 is known to be right."""
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = Path(member.name).name
            file = archive.extractfile(member) if name in _CIFAR else None
            if file is not None:
                content = file.read()
                _check_md5(content, _CIFAR[name], name)
                found[name] = pickle.loads(content, encoding="bytes")
    if missing := set(_CIFAR) - set(found):
        raise DataError(
            f"expected {sorted(missing)} in the archive; they are not there"
        )
    return [found[name] for name in _CIFAR]


def _check_md5(content: bytes, expected: str, name: str) -> None:
    got = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if got != expected:
        raise DataError(f"expected MD5 {expected} for the content of {name}; got {got}")


# --------------------------------------------------------------------------------
# Finding and fetching


# What reading a damaged file raises; DataError is an OSError.
_UNREADABLE = (EOFError, OSError, tarfile.TarError, zlib.error)


def cache_folder() -> Path:
    """Where downloads are kept."""
    windows = os.environ.get("LOCALAPPDATA")
    base = windows or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "neurons-to-networks"


def fetch(
    relative: str,
    urls: Sequence[str],
    read: Callable[[Path], Any],
    timeout: float = 30.0,
) -> Any:
    """``read(path)`` of a file from COURSE_DATA, the cache, or the first good URL.

    ``read`` raises DataError, or any error of gzip or tarfile, for a file that is not
    what it should be. A download goes to a .part file that a later call resumes, is
    read once before it gets its name, and is done by one process while others wait.

    Source: none in the sources. Chapter: learning-as-optimization.
    """
    cached = cache_folder() / relative
    named = os.environ.get("COURSE_DATA")
    for path in ([Path(named) / relative] if named else []) + [cached]:
        if path.is_file():
            return _read_checked(path, read)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        with _Lock(cached.with_name(cached.name + ".lock"), timeout) as lock:
            if not cached.is_file():  # another process may have been faster
                _download(cached, urls, read, timeout, lock)
    except DataError:
        raise
    except OSError as error:  # forbidden, read-only, or a file is in the way
        raise DataError(
            f"cannot write to {cached.parent}: {error.strerror}; make it writable, or "
            f"put {relative} into a folder and name that folder in COURSE_DATA"
        ) from error
    return _read_checked(cached, read)


def _read_checked(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except _UNREADABLE as error:
        raise DataError(
            f"{path} is damaged ({error}); delete it and run again to fetch it anew"
        ) from error


def _download(
    path: Path,
    urls: Sequence[str],
    read: Callable[[Path], Any],
    timeout: float,
    lock: "_Lock",
) -> None:
    """The first of ``urls`` whose whole content ``read`` accepts, put at ``path``."""
    part, reasons = path.with_name(path.name + ".part"), []
    for url in urls:
        for _ in range(3):  # a cut connection is resumed
            try:
                complete = _receive(url, part, timeout, lock)
            except urllib.error.HTTPError as error:
                reasons.append(f"{url}: {error.code} {error.reason}")
                break
            except PermissionError:
                raise
            except (OSError, http.client.HTTPException) as error:
                reason = str(getattr(error, "reason", error)).strip()
                reasons.append(f"{url}: {reason}")
                continue
            if not complete:
                reasons.append(f"{url}: the connection ended early")
                continue
            try:
                read(part)
            except _UNREADABLE as error:
                part.unlink()  # whole, but wrong: nothing to resume
                reasons.append(f"{url}: {error}")
                break
            part.replace(path)
            return
    raise DataError(
        f"could not fetch {path.name} ({'; '.join(dict.fromkeys(reasons))}); where "
        f"there is no internet, copy the file to {path}, or into a folder named by "
        "COURSE_DATA"
    )


def _receive(url: str, part: Path, timeout: float, lock: "_Lock") -> bool:
    """Append what is missing of ``url`` to ``part``; whether it is complete now."""
    lock.touch()  # before what may take the whole timeout
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing is missing, or the file has changed
            return True
        raise
    with answer:
        if answer.status != 206:
            have = 0
        rest = answer.headers.get("Content-Length")
        total = have + int(rest) if rest else None
        with part.open("ab" if have else "wb") as file:
            while block := answer.read(1 << 16):
                file.write(block)
                have += len(block)
                lock.touch()
                _show(part.stem, have, total, time.monotonic() - began)
    return total is None or have == total


def _show(name: str, have: int, total: int | None, spent: float) -> None:
    """One line of progress with the time left, on a terminal or in a notebook."""
    if total and (have == total or sys.stderr.isatty()):
        left = spent / have * (total - have)
        end = "\n" if have == total else ""
        text = f"\r{name}: {have / 1e6:.1f} of {total / 1e6:.1f} MB, {left:.0f} s left "
        print(text, end=end, file=sys.stderr, flush=True)


class _Lock:
    """A file that one process holds; it is touched as work goes on, and expires."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path, self.patience = path, patience

    def __enter__(self) -> "_Lock":
        while True:
            try:
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                return self
            except FileExistsError:
                try:
                    idle = time.time() - self.path.stat().st_mtime
                except FileNotFoundError:
                    continue
                if idle > 2 * self.patience:  # its process is gone
                    self.path.unlink(missing_ok=True)
                time.sleep(0.05)

    def touch(self) -> None:
        """Still at work."""
        self.path.touch()

    def __exit__(self, *error: object) -> None:
        self.path.unlink(missing_ok=True)


# --------------------------------------------------------------------------------
# Made data


def plane_problem() -> Split:
    """Points of the square [−1, 1]², 1 inside a disk or below a wave, else 0.

    600 training points (48.67 % ones) and 1399 test points (47.25 %), targets (N, 1):
    the region is neither convex nor connected. The same numbers every time.

    Source: Borisov 2024, "points" (a substitute). Chapter: learning-as-optimization.
    """

    def draw(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        x = np.random.default_rng(seed).uniform(-1, 1, (n, 2))
        disk = (x[:, 0] + 0.4) ** 2 + (x[:, 1] - 0.35) ** 2 < 0.35**2
        wave = x[:, 1] < -0.25 + 0.35 * np.sin(np.pi * x[:, 0])
        return x, (disk | wave).astype(float)[:, None]

    return Split(*draw(0, 600), *draw(1, 1399))


def plane_start(seed: int, widths: Sequence[int] = (2, 12, 8, 1)) -> np.ndarray:
    """θ to start from on `plane_problem`: normal numbers times 1.5 / √(inputs + 1).

    For dense layers of the given widths (tanh, tanh, logistic: 149 weights), drawn
    layer by layer from default_rng(100 + seed).

    Source: none in the sources. Chapter: learning-as-optimization.
    """
    rng, parts = np.random.default_rng(100 + seed), []
    for n, m in pairwise(widths):
        drawn = 1.5 * rng.standard_normal((n + 1, m)) / np.sqrt(n + 1)
        parts += [drawn[:-1].T.ravel(), drawn[-1]]  # the last row is the bias
    return np.concatenate(parts)


def noisy_sine(
    rng: Any,
    noise: float = 0.5,
    length: int = 4000,
    period: float = 50.0,
    window: int = 50,
    train: int = 2500,
) -> Split:
    """Predict x_t = sin(2πt/period) + noise · ε_t from the ``window`` values before.

    Inputs (N, window, 1), targets (N, 1), split in time: targets before step ``train``
    are for training. No predictor of the noisy value gets below noise².

    Source: Abdulkadirov and Lyakhov 2023, Table 4 (settings unprinted). Chapter:
    dirichlet-methods. Differs from it in: all numbers are our choice.
    """
    if not 0 < window < train < length:
        raise ValueError(
            f"window, train, length: expected 0 < window < train < length; got "
            f"{window}, {train}, {length}"
        )
    if not period > 0:
        raise ValueError(f"period: expected > 0 steps; got {period}")
    t = np.arange(length)
    series = np.sin(2 * np.pi * t / period) + noise * rng.standard_normal(length)
    windows = np.lib.stride_tricks.sliding_window_view(series[:-1], window)
    x, target, cut = windows[:, :, None], series[window:, None], train - window
    return Split(x[:cut], target[:cut], x[cut:], target[cut:])


def rings(rng: Any, n: int = 300, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Two rings around the origin, radii ½ and 1: x (n, 2), labels (n,)."""
    labels, angle = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radius = 0.5 + 0.5 * labels + noise * rng.standard_normal(n)
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1), labels


def spirals(
    rng: Any, n: int = 300, noise: float = 0.02, turns: float = 1.5
) -> tuple[np.ndarray, np.ndarray]:
    """Two arms that wind around each other: x (n, 2), labels (n,)."""
    labels, radius = np.arange(n) % 2, np.sqrt(rng.random(n))
    angle = 2 * np.pi * turns * radius + np.pi * labels
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return x + noise * rng.standard_normal((n, 2)), labels


def moons(rng: Any, n: int = 300, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other: x (n, 2), labels (n,)."""
    labels, angle = np.arange(n) % 2, rng.uniform(0, np.pi, n)
    side = 1 - 2 * labels
    x = np.stack([side * np.cos(angle), side * np.sin(angle)], axis=1)
    x += labels[:, None] * np.array([1.0, 0.5])
    return x + noise * rng.standard_normal((n, 2)), labels
