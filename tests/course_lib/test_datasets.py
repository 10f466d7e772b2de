"""Data sets: the published values, and a download that survives what networks do."""

import errno
import gzip
import hashlib
import http.server
import io
import multiprocessing
import os
import tarfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from course_lib import datasets
from course_lib.activations import logistic, tanh
from course_lib.datasets import DataError, fetch
from course_lib.layers import Activation, Dense
from course_lib.networks.sequential import Sequential
from tests.support import requires

# Made and carried along -------------------------------------------------------------


def test_plane_problem_is_the_one_of_the_tables():
    """600 points with 48.67 % ones, 1399 with 47.25 %; the same every time."""
    a, b = datasets.plane_problem(), datasets.plane_problem()
    assert a.x_train.shape == (600, 2) and a.t_test.shape == (1399, 1)
    assert round(100 * a.t_train.mean(), 2) == 48.67
    assert round(100 * a.t_test.mean(), 2) == 47.25
    assert (a.x_train == b.x_train).all()


def test_plane_start_fits_the_network():
    """149 weights; the first layer's array is drawn first, its last row the bias."""
    net = Sequential(
        [
            *(Dense(2, 12), Activation(tanh), Dense(12, 8), Activation(tanh)),
            *(Dense(8, 1), Activation(logistic)),
        ]
    )
    theta = datasets.plane_start(0)
    assert theta.shape == (net.size,) == (149,)
    drawn = 1.5 * np.random.default_rng(100).standard_normal((3, 12)) / np.sqrt(3)
    assert (theta[:24].reshape(12, 2) == drawn[:2].T).all()
    assert (theta[24:36] == drawn[2]).all()


def test_iris_is_fishers():
    """150 flowers, 50 of each; samples 35 and 38 are Fisher's, not the UCI file's."""
    x, t = datasets.iris()
    assert x.shape == (150, 4) and np.bincount(t).tolist() == [50, 50, 50]
    assert x[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert x[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_iris_of_uci_differs_in_two_samples():
    """The UCI file differs in samples 35 and 38 and nowhere else."""
    requires("data")
    text = (Path(os.environ["COURSE_DATA"]) / "iris" / "iris.data").read_text()
    lines = [line.split(",")[:4] for line in text.splitlines() if line]
    differs = (np.array(lines, float) != datasets.iris()[0]).any(axis=1)
    assert (np.flatnonzero(differs) + 1).tolist() == [35, 38]


def test_digits_are_scaled():
    """1797 images of 8 × 8 between 0 and 1."""
    x, t = datasets.digits()
    assert x.shape == (1797, 8, 8) and x.min() == 0 and x.max() == 1
    assert t.shape == (1797,)


def test_noisy_sine_windows_end_before_their_target():
    """Window n holds the 50 values before target n; training comes first in time."""
    data = datasets.noisy_sine(np.random.default_rng(0), noise=0.0)
    assert data.x_train.shape == (2450, 50, 1) and data.x_test.shape == (1500, 50, 1)
    t = np.arange(4000)
    series = np.sin(2 * np.pi * t / 50)
    np.testing.assert_allclose(data.x_train[7, :, 0], series[7:57], atol=1e-12)
    np.testing.assert_allclose(data.t_train[7, 0], series[57], atol=1e-12)
    np.testing.assert_allclose(data.t_test[0, 0], series[2500], atol=1e-12)
    with pytest.raises(ValueError, match="window"):
        datasets.noisy_sine(np.random.default_rng(0), window=3000)


@pytest.mark.parametrize("make", [datasets.rings, datasets.spirals, datasets.moons])
def test_shapes_in_the_plane(make):
    """Both classes, the same for the same Generator, not separable by a line."""
    x, labels = make(np.random.default_rng(0))
    again, _ = make(np.random.default_rng(0))
    assert x.shape == (300, 2) and np.bincount(labels).tolist() == [150, 150]
    assert (x == again).all()
    design = np.hstack([x, np.ones((300, 1))])
    w = np.linalg.lstsq(design, 2.0 * labels - 1, rcond=None)[0]
    assert ((design @ w > 0) == labels).mean() < 0.95


# Real data --------------------------------------------------------------------------


def test_mnist_is_mnist():
    """Shapes, label counts and the mean pixel as published."""
    requires("data")
    data = datasets.mnist()
    assert data.x_train.shape == (60000, 1, 28, 28)
    assert data.x_test.shape == (10000, 1, 28, 28)
    assert np.bincount(data.t_test).tolist() == [
        *(980, 1135, 1032, 1010, 982),
        *(892, 958, 1028, 974, 1009),
    ]
    assert round(float(data.x_train.mean()) / 255, 4) == 0.1307


def test_cifar10_is_cifar10():
    """5000 and 1000 images per class, channel means as published."""
    requires("data")
    data = datasets.cifar10()
    assert data.x_train.shape == (50000, 3, 32, 32)
    assert (np.bincount(data.t_train) == 5000).all()
    assert (np.bincount(data.t_test) == 1000).all()
    means = data.x_train.mean(axis=(0, 2, 3), dtype=np.float64) / 255
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=5e-5)


def test_cifar_member_is_not_unpickled_before_its_md5(tmp_path):
    """A pickle that would run code never runs: the MD5 is wrong."""
    ran = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(ran),))

    import pickle

    content = pickle.dumps(Evil())
    path = tmp_path / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    with pytest.raises(DataError, match="expected MD5 c99c"):
        datasets._read_cifar(path)
    assert not ran.exists()


# Fetching, against a server in miniature ----------------------------------------------

CONTENT = np.random.default_rng(0).bytes(300_000)  # the same in every process
GOOD = gzip.compress(CONTENT)
MD5 = hashlib.md5(CONTENT).hexdigest()


def read(path):
    content = gzip.decompress(path.read_bytes())
    datasets._check_md5(content, MD5, path.name)
    return content


class Handler(http.server.BaseHTTPRequestHandler):
    """/good, /wrong, /missing, /cut (once), /stops (always), /slow and others.

    With ranges; counts requests.
    """

    requests: list = []  # noqa: RUF012 (shared on purpose)

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.requests.append((self.path, wanted))
        if self.path == "/garbage":
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            return
        if self.path == "/chunks":  # the first chunk ends early
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.wfile.write(b"ffff\r\n" + GOOD[:100])
            return
        if self.path == "/missing":
            self.send_error(404, "Not Found")
            return
        body = gzip.compress(b"something else") if self.path == "/wrong" else GOOD
        start = int(wanted.split("=")[1].rstrip("-")) if wanted else 0
        if self.path == "/no-ranges":
            start = 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        body = body[start:]
        if self.path == "/stops" or (self.path == "/cut" and len(self.requests) == 1):
            body = body[: len(body) // 2]
        if self.path == "/hangs":
            time.sleep(3)
            return
        for i in range(0, len(body), 100_000):
            self.wfile.write(body[i : i + 100_000])
            if self.path == "/slow":
                time.sleep(0.2)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """The address of a fresh server; the cache is an empty folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    Handler.requests = []
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


def leftovers():
    folder = datasets.cache_folder() / "set"
    return sorted(path.name for path in folder.iterdir())


def test_good_file_is_fetched_once(server):
    """The second call reads the cache; nothing but the file is left behind."""
    for _ in range(2):
        assert fetch("set/file.gz", [f"{server}/good"], read) == CONTENT
    assert len(Handler.requests) == 1 and leftovers() == ["file.gz"]


def test_named_folder_comes_first(server, tmp_path, monkeypatch):
    """A file in COURSE_DATA is used, and no request is made."""
    (tmp_path / "mine" / "set").mkdir(parents=True)
    (tmp_path / "mine" / "set" / "file.gz").write_bytes(GOOD)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "mine"))
    assert fetch("set/file.gz", [f"{server}/good"], read) == CONTENT
    assert not Handler.requests


def test_wrong_checksum_goes_on_to_the_next_address(server):
    """A file with other content is dropped; with no other address it is an error."""
    addresses = [f"{server}/wrong", f"{server}/missing", f"{server}/good"]
    assert fetch("set/file.gz", addresses, read) == CONTENT
    with pytest.raises(DataError, match=r"expected MD5 .*404 Not Found.*COURSE_DATA"):
        fetch("set/other.gz", addresses[:2], read)
    assert leftovers() == ["file.gz"]


def test_cut_connection_is_resumed(server):
    """The second request asks only for the missing half."""
    assert fetch("set/file.gz", [f"{server}/cut"], read) == CONTENT
    first, second = Handler.requests
    assert first[1] is None and second[1] == f"bytes={len(GOOD) // 2}-"


@pytest.mark.parametrize(
    "path, reason",
    [
        ("stops", "the connection ended early"),
        ("chunks", "IncompleteRead"),
        ("garbage", "this is not HTTP"),
    ],
)
def test_truncated_or_senseless_reply_is_one_sentence(server, path, reason):
    """What a server or a proxy spoils for good ends as one line, and as no file."""
    with pytest.raises(DataError, match=rf"{reason}.*COURSE_DATA") as caught:
        fetch("set/file.gz", [f"{server}/{path}"], read, timeout=2)
    assert "\n" not in str(caught.value) and "file.gz" not in leftovers()


def test_part_of_an_earlier_run_is_resumed(server):
    """A .part file is continued; a server without ranges starts again."""
    for path in ("good", "no-ranges"):
        name = f"{path}.gz"
        part = datasets.cache_folder() / "set" / f"{name}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(GOOD[:1000])
        assert fetch(f"set/{name}", [f"{server}/{path}"], read) == CONTENT
        assert Handler.requests[-1][1] == "bytes=1000-"


def test_offline_says_what_to_do():
    """No server: one sentence with the address and both ways out."""
    with pytest.raises(DataError, match=r"no internet, copy the file to .*COURSE_DATA"):
        fetch("nowhere/file.gz", ["http://127.0.0.1:9/file.gz"], read, timeout=1)


def test_server_that_hangs_is_given_up(server):
    """A reply that never comes ends after the timeout, not never."""
    with pytest.raises(DataError, match="timed out"):
        fetch("set/file.gz", [f"{server}/hangs"], read, timeout=0.2)


def test_damaged_file_is_named(server):
    """A file in the cache that is not what it should be: its path and the remedy."""
    path = datasets.cache_folder() / "set" / "file.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(GOOD[:100])
    with pytest.raises(DataError, match=r"file\.gz is damaged .*delete it"):
        fetch("set/file.gz", [f"{server}/good"], read)
    assert not Handler.requests


def _fetch_slow(address):
    return fetch("set/file.gz", [f"{address}/slow"], read, timeout=10) == CONTENT


def test_two_processes_share_one_download(server):
    """Both get the file, the server is asked once."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_fetch_slow, [server, server]) == [True, True]
    assert len(Handler.requests) == 1 and leftovers() == ["file.gz"]


def test_lock_of_a_dead_process_expires(server):
    """A lock nobody touches is taken over after twice the timeout."""
    lock = datasets.cache_folder() / "set" / "file.gz.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    os.utime(lock, (time.time() - 100, time.time() - 100))
    assert fetch("set/file.gz", [f"{server}/good"], read, timeout=1) == CONTENT


def test_lock_is_kept_alive_while_a_server_does_not_answer(tmp_path):
    """Every attempt touches the lock, so a waiting process does not take it over."""
    touched = []
    lock = type("Lock", (), {"touch": lambda self: touched.append(1)})()
    with pytest.raises(DataError):
        datasets._download(
            *(tmp_path / "file.gz", ["http://127.0.0.1:9/file.gz"], read, 1, lock)
        )
    assert len(touched) == 3


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOTDIR])
def test_cache_that_cannot_be_written_is_one_sentence(server, monkeypatch, code):
    """No permission, read-only, no folder: where, why, and COURSE_DATA as way out."""

    def denied(*args, **kwargs):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", denied)
    match = rf"cannot write to .*{os.strerror(code)}.*COURSE_DATA"
    with pytest.raises(DataError, match=match):
        fetch("set/file.gz", [f"{server}/good"], read)


def test_read_only_cache_that_has_the_file_is_enough(server, monkeypatch):
    """A file that is there already is read; nothing is written."""
    path = datasets.cache_folder() / "set" / "file.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(GOOD)
    monkeypatch.setattr(os, "open", None)  # the lock would need it
    assert fetch("set/file.gz", [f"{server}/good"], read) == CONTENT
    assert not Handler.requests
