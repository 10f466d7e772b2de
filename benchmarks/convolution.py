"""Conv2d's array form against NumPy peers and torch: forward and all gradients.

Every contestant computes y, ∂E/∂x, ∂E/∂K, ∂E/∂b from the same arrays, in the same
process, on one thread. Rounds are interleaved: each round times everyone once, in an
order that rotates, so that a slow moment of the machine hits all. A ratio is the
median over the rounds of (peer's time / ours in that round): above 1 we are ahead.

    python benchmarks/convolution.py [--rounds 15] [--output FILE]

Optional peers from packages: benchmarks/environments/convolution.txt.
"""

import argparse
import importlib.metadata
import json
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal
from threadpoolctl import threadpool_limits

from course_lib.layers.conv import conv2d_backward, conv2d_forward

# (N, C, H, W), O, kernel, stride; no padding
CASES = [
    ((128, 1, 28, 28), 6, 5, 1),
    ((128, 6, 12, 12), 16, 5, 1),
    ((64, 32, 32, 32), 64, 3, 1),
    ((64, 64, 16, 16), 64, 3, 2),
]
SCIPY_SAMPLES = 2  # SciPy's loops are timed on so many samples and scaled


# Each contestant: (x, K, b, stride, delta) -> (y, grad_x, grad_K, grad_b).


def ours(x, K, b, t, g):
    """course_lib: blocks of samples, sample last, one product per block."""
    y, cache = conv2d_forward(x, K, b, (t, t), (0, 0))
    return y, *conv2d_backward(K, cache, g, (t, t), (0, 0))


def torch_kernels(x, K, b, t, g):
    """torch.nn.functional.conv2d and autograd."""
    import torch

    X, W, B = (torch.from_numpy(a).requires_grad_() for a in (x, K, b))
    y = torch.nn.functional.conv2d(X, W, B, t)
    y.backward(torch.from_numpy(g))
    return y.detach().numpy(), *(a.grad.numpy() for a in (X, W, B))


def _add_taps(grad, taps, t, h, w):
    """taps (f, f, ...maps of h × w) added to where they were read in ``grad``."""
    for i in range(taps.shape[0]):
        for j in range(taps.shape[1]):
            place = np.s_[..., i : i + t * (h - 1) + 1 : t, j : j + t * (w - 1) + 1 : t]
            grad[place] += taps[i, j]
    return grad


def strided_gemm(x, K, b, t, g):
    """Strided windows copied to (C f f, N h w), one product, added back by taps."""
    (N, C), (O, _, f, _), (h, w) = x.shape[:2], K.shape, g.shape[2:]
    windows = sliding_window_view(x, (f, f), axis=(2, 3))[:, :, ::t, ::t]
    columns = windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * f * f, -1)
    matrix = K.reshape(O, -1)
    y = (matrix @ columns + b[:, None]).reshape(O, N, h, w).transpose(1, 0, 2, 3)
    d = g.transpose(1, 0, 2, 3).reshape(O, -1)
    taps = (matrix.T @ d).reshape(C, f, f, N, h, w).transpose(1, 2, 3, 0, 4, 5)
    grad_x = _add_taps(np.zeros_like(x), taps, t, h, w)
    y = np.ascontiguousarray(y)
    return y, grad_x, (d @ columns.T).reshape(K.shape), g.sum((0, 2, 3))


def tap_tensordot(x, K, b, t, g):
    """im2col filled tap by tap, (N, C, f, f, h, w), then tensordot."""
    (N, C), f, (h, w) = x.shape[:2], K.shape[2], g.shape[2:]
    columns = np.empty((N, C, f, f, h, w), x.dtype)
    for i in range(f):
        for j in range(f):
            rows = slice(i, i + t * (h - 1) + 1, t)
            columns[:, :, i, j] = x[:, :, rows, j : j + t * (w - 1) + 1 : t]
    y = np.tensordot(columns, K, ((1, 2, 3), (1, 2, 3))) + b
    taps = np.tensordot(K, g, (0, 1)).transpose(1, 2, 3, 0, 4, 5)
    grad_x = _add_taps(np.zeros_like(x), taps, t, h, w)
    grad_K = np.tensordot(g, columns, ((0, 2, 3), (0, 4, 5)))
    y = np.ascontiguousarray(y.transpose(0, 3, 1, 2))
    return y, grad_x, grad_K, g.sum((0, 2, 3))


def batched_matmul(x, K, b, t, g):
    """im2col per sample (N, C f f, h w) and batched products on it."""
    (N, C), (O, _, f, _), (h, w) = x.shape[:2], K.shape, g.shape[2:]
    windows = sliding_window_view(x, (f, f), axis=(2, 3))[:, :, ::t, ::t]
    columns = windows.transpose(0, 1, 4, 5, 2, 3).reshape(N, C * f * f, h * w)
    matrix, d = K.reshape(O, -1), g.reshape(N, O, h * w)
    y = (matrix @ columns + b[:, None]).reshape(g.shape)
    taps = (matrix.T @ d).reshape(N, C, f, f, h, w).transpose(2, 3, 0, 1, 4, 5)
    grad_x = _add_taps(np.zeros_like(x), taps, t, h, w)
    grad_K = (d @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(K.shape)
    return y, grad_x, grad_K, g.sum((0, 2, 3))


def index_im2col(x, K, b, t, g):
    """im2col by index arrays, col2im by np.add.at: the classroom form."""
    (N, C), (O, _, f, _), (h, w) = x.shape[:2], K.shape, g.shape[2:]
    k = np.repeat(np.arange(C), f * f)[:, None]
    i = np.tile(np.repeat(np.arange(f), f), C)[:, None] + t * np.repeat(np.arange(h), w)
    j = np.tile(np.arange(f), C * f)[:, None] + t * np.tile(np.arange(w), h)
    columns = x[:, k, i, j].transpose(1, 2, 0).reshape(C * f * f, -1)
    matrix = K.reshape(O, -1)
    y = (matrix @ columns + b[:, None]).reshape(O, h, w, N).transpose(3, 0, 1, 2)
    d = g.transpose(1, 2, 3, 0).reshape(O, -1)
    grad_x = np.zeros_like(x)
    taps = (matrix.T @ d).reshape(C * f * f, -1, N).transpose(2, 0, 1)
    np.add.at(grad_x, (slice(None), k, i, j), taps)
    y = np.ascontiguousarray(y)
    return y, grad_x, (d @ columns.T).reshape(K.shape), g.sum((0, 2, 3))


def einsum_windows(x, K, b, t, g):
    """sliding_window_view and einsum; backward by the reverse convolution."""
    (H, W), f, (h, w) = x.shape[2:], K.shape[2], g.shape[2:]
    windows = sliding_window_view(x, (f, f), axis=(2, 3))[:, :, ::t, ::t]
    y = np.einsum("nchwij,ocij->nohw", windows, K, optimize=True) + b[:, None, None]
    grad_K = np.einsum("nchwij,nohw->ocij", windows, g, optimize=True)
    spread = np.zeros((*g.shape[:2], H + f - 1, W + f - 1), g.dtype)
    spread[:, :, f - 1 : f + t * (h - 1) : t, f - 1 : f + t * (w - 1) : t] = g
    full = sliding_window_view(spread, (f, f), axis=(2, 3))
    turned = K[:, :, ::-1, ::-1]
    grad_x = np.einsum("nohwij,ocij->nchw", full, turned, optimize=True)
    return y, grad_x, grad_K, g.sum((0, 2, 3))


def tap_gemm(x, K, b, t, g):
    """No im2col: one product per tap on shifted maps, added up."""
    f, (h, w) = K.shape[2], g.shape[2:]
    y = np.zeros_like(g) + b[:, None, None]
    grad_x, grad_K = np.zeros_like(x), np.empty_like(K)
    d = g.reshape(*g.shape[:2], -1)
    for i in range(f):
        for j in range(f):
            rows = slice(i, i + t * (h - 1) + 1, t)
            place = np.s_[:, :, rows, j : j + t * (w - 1) + 1 : t]
            shifted = x[place].reshape(*x.shape[:2], -1)
            tap = np.ascontiguousarray(K[:, :, i, j])
            y += (tap @ shifted).reshape(g.shape)
            grad_K[:, :, i, j] = (d @ shifted.transpose(0, 2, 1)).sum(axis=0)
            grad_x[place] += (tap.T @ d).reshape(*x.shape[:2], h, w)
    return y, grad_x, grad_K, g.sum((0, 2, 3))


def scipy_loops(x, K, b, t, g):
    """scipy.signal.correlate2d and convolve2d, map by map."""
    (N, C, H, W), (O, _, f, _) = x.shape, K.shape
    spread = np.zeros((N, O, H - f + 1, W - f + 1), g.dtype)
    spread[:, :, ::t, ::t][:, :, : g.shape[2], : g.shape[3]] = g
    y, grad_x = np.empty_like(g), np.zeros_like(x)
    grad_K = np.zeros_like(K)
    for n in range(N):
        for o in range(O):
            s = sum(signal.correlate2d(x[n, c], K[o, c], "valid") for c in range(C))
            y[n, o] = s[::t, ::t] + b[o]
            for c in range(C):
                grad_x[n, c] += signal.convolve2d(spread[n, o], K[o, c])
                grad_K[o, c] += signal.correlate2d(x[n, c], spread[n, o], "valid")
    return y, grad_x, grad_K, g.sum((0, 2, 3))


def mygrad_layer(x, K, b, t, g):
    """mygrad.nnet.layers.conv_nd and its backward pass."""
    import mygrad
    from mygrad.nnet.layers import conv_nd

    X, W, B = (mygrad.tensor(a, copy=False) for a in (x, K, b))
    y = conv_nd(X, W, stride=t) + B.reshape(1, -1, 1, 1)
    y.backward(g)
    return y.data, X.grad, W.grad, B.grad


def autograd_convolve(x, K, b, t, g):
    """autograd.scipy.signal.convolve (kernel turned, stride by slicing)."""
    from autograd import make_vjp
    from autograd.scipy.signal import convolve

    def layer(arguments):
        X, W, B = arguments
        s = convolve(X, W[:, :, ::-1, ::-1], ([2, 3], [2, 3]), ([1], [1]), mode="valid")
        return s[:, :, ::t, ::t] + B[None, :, None, None]

    vjp, y = make_vjp(layer)((x, K, b))
    return y, *vjp(g)


CONTESTANTS = {
    "course_lib": ours,
    "torch": torch_kernels,
    "NumPy: strided windows, one GEMM": strided_gemm,
    "NumPy: taps, tensordot": tap_tensordot,
    "NumPy: batched matmul": batched_matmul,
    "NumPy: index arrays, add.at": index_im2col,
    "NumPy: windows, einsum": einsum_windows,
    "NumPy: GEMM per tap, no im2col": tap_gemm,
    "SciPy: correlate2d loops": scipy_loops,
    "mygrad": mygrad_layer,
    "autograd": autograd_convolve,
}
SLOW_SECONDS = 0.5  # contestants slower than this in the trial run get two rounds


def problem(case, dtype):
    """x, K, b, stride, delta of standard normal numbers."""
    (N, C, H, W), O, f, t = case
    rng = np.random.default_rng(0)
    h, w = (H - f) // t + 1, (W - f) // t + 1
    shapes = [(N, C, H, W), (O, C, f, f), (O,), (N, O, h, w)]
    x, K, b, g = (rng.standard_normal(s).astype(dtype) for s in shapes)
    return x, K, b, t, g


def run_once(contestant, arguments):
    """(seconds, result); SciPy's loops on few samples, scaled."""
    x, K, b, t, g = arguments
    scale = 1.0
    if contestant is scipy_loops:
        scale = len(x) / SCIPY_SAMPLES
        x, g = x[:SCIPY_SAMPLES], g[:SCIPY_SAMPLES]
    start = time.perf_counter()
    result = contestant(x, K, b, t, g)
    return (time.perf_counter() - start) * scale, result


def measure(case, dtype, rounds):
    """One row of the result file per contestant, the reasons of those left out."""
    arguments = problem(case, dtype)
    reference = strided_gemm(*problem(case, np.float64))
    limit = 1e-9 if dtype == "float64" else 1e-3
    seconds, left_out, slow = {}, {}, set()
    for name, contestant in CONTESTANTS.items():
        try:
            spent, result = run_once(contestant, arguments)
        except Exception as error:
            text = " ".join(str(error).split())
            left_out[name] = f"{type(error).__name__}: {text}"[:200]
            continue
        if contestant is not scipy_loops:
            for ours_, known in zip(result, reference, strict=True):
                wrong = np.abs(np.asarray(ours_) - known).max() / np.abs(known).max()
                if wrong > limit:
                    left_out[name] = f"wrong result: relative error {wrong:.1e}"
        if name in left_out:
            continue
        seconds[name] = []
        if spent > SLOW_SECONDS:
            slow.add(name)
    names = list(seconds)
    for k in range(rounds):
        for name in names[k % len(names) :] + names[: k % len(names)]:
            if name in slow and k >= 2:
                seconds[name].append(None)
            else:
                seconds[name].append(run_once(CONTESTANTS[name], arguments)[0])
    own = seconds["course_lib"]
    rows = []
    for name, times in seconds.items():
        pairs = [(a, b) for a, b in zip(times, own, strict=True) if a is not None]
        rows.append(
            {
                "name": name,
                "milliseconds": round(statistics.median(a for a, _ in pairs) * 1e3, 3),
                "best_milliseconds": round(min(a for a, _ in pairs) * 1e3, 3),
                "ratio": round(statistics.median(a / b for a, b in pairs), 3),
                "rounds": len(pairs),
            }
        )
    rows.sort(key=lambda row: row["milliseconds"])
    return rows, left_out


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


def main(argv=None):
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).parent / "results" / "convolution.json"
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, default=default)
    options = parser.parse_args(argv)
    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        pass  # torch is then left out by name
    with threadpool_limits(1):
        record = compare(options.rounds)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1) + "\n")
    return 0


def compare(rounds):
    """Every case in both precisions: print the tables, return the record."""
    results = []
    for dtype in ("float64", "float32"):
        for case in CASES:
            rows, left_out = measure(case, dtype, rounds)
            shape, O, f, t = case
            print(f"\n{dtype} input {shape}, {O} kernels {f} x {f}, stride {t}")
            for row in rows:
                ms, ratio = row["milliseconds"], row["ratio"]
                print(f"  {ms:10.2f} ms  x{ratio:8.2f}  {row['name']}")
            for name, reason in left_out.items():
                print(f"       left out: {name} ({reason})")
            sys.stdout.flush()
            ratios = {row["name"]: row["ratio"] for row in rows}
            peers = {
                k: v for k, v in ratios.items() if k not in ("course_lib", "torch")
            }
            nearest = min(peers, key=peers.__getitem__)
            results.append(
                {
                    "dtype": dtype,
                    "input": shape,
                    "kernels": O,
                    "kernel_size": f,
                    "stride": t,
                    "rows": rows,
                    "left_out": left_out,
                    "nearest_numpy_peer": nearest,
                    "nearest_numpy_ratio": peers[nearest],
                    "torch_ratio": ratios.get("torch"),
                }
            )
    ahead = all(r["nearest_numpy_ratio"] > 1 for r in results)
    print(f"\nahead of every NumPy peer in every case: {ahead}")
    packages = ("numpy", "scipy", "torch", "mygrad", "autograd")
    return {
        "benchmark": "convolution",
        "command": "python benchmarks/convolution.py",
        "what": "forward and gradients by x, K, b; ratio = peer's time / ours",
        "threads": 1,
        "rounds": rounds,
        "scipy_samples": SCIPY_SAMPLES,
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in packages},
        "ahead_of_every_numpy_peer": ahead,
        "cases": results,
    }


if __name__ == "__main__":
    sys.exit(main())
