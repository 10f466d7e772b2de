"""Hodgkin-Huxley: 100 ms of N = 1, 100, 10 000 neurons against five peers.

Two questions. At equal error: each contestant takes its cheapest method and step that
puts the last of the seven spikes at 10 µA/cm² within 0.01 ms. At equal step: everyone
takes 0.01 ms with its usual method. Nothing is recorded while the clock runs; currents
lie between 7 and 15 µA/cm²; compilation is outside the clock. Contestants alternate in
rounds on one thread (for one neuron the best of five calls in each round counts), and
a ratio is the median over rounds of (theirs / ours).

    course bench hodgkin-huxley [--rounds 5]

Brian2 and NEURON live in an environment made from environments/hodgkin_huxley.txt under
.cache/bench; where it cannot be made they are left out with a sentence.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from course_lib.neurons import hodgkin_huxley as hh

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".cache" / "bench" / "hodgkin_huxley"
SIZES = (1, 100, 10_000)
T_MS = 100.0
TRUTH = 89.94240556  # ms: the seventh spike at 10 µA/cm², LSODA at 1e-11

# The step of each contestant: at equal error (its last spike within 0.01 ms; measured
# and written to the result) and at equal step.
STEPS = {
    "ours, numba": (T_MS / 3350, 0.01),
    "ours, NumPy": (T_MS / 3350, 0.01),
    "torch.compile": (T_MS / 3350, 0.01),
    # rk4: at 1/11 ms its spike is 0.13 ms late
    "Brian2 cpp_standalone": (T_MS / 1200, 0.01),
    "Brian2 cython": (T_MS / 1200, 0.01),
    # second order: 0.014 ms late at 0.025
    "NEURON": (0.02, 0.01),
}


def drive(N):
    """Currents in µA/cm², shape (N,)."""
    return np.array([10.0]) if N == 1 else np.linspace(7.0, 15.0, N)


def ours(compiled):
    def run(N, dt):
        current = 10.0 if N == 1 else drive(N)
        steps = round(T_MS / dt)
        began = time.perf_counter()
        hh.simulate(current, T_MS, dt, record_every=steps, compiled=compiled)
        return time.perf_counter() - began

    return run


def torch_compiled():
    """The same staggered scheme, 20 steps fused into one graph by torch.compile."""
    import torch

    torch.set_num_threads(1)
    c = hh.SQUID

    def step(V, n, m, h, I, dt):
        s = hh.State(V, n, m, h)
        return tuple(hh.SCHEMES["staggered"].step(s, lambda t: I, 0.0, dt, c))

    def many(V, n, m, h, I, dt):
        for _ in range(5):
            V, n, m, h = step(V, n, m, h, I, dt)
        return V, n, m, h

    fused = torch.compile(many, dynamic=False)
    warm = set()

    def run(N, dt):
        I = torch.tensor(drive(N))
        state = [torch.full((N,), x, dtype=torch.float64) for x in hh.rest()]
        if (N, dt) not in warm:
            fused(*state, I, dt)
            warm.add((N, dt))
        began = time.perf_counter()
        for _ in range(round(T_MS / dt / 5)):
            state = fused(*state, I, dt)
        return time.perf_counter() - began

    return run


class Peer:
    """A process in the peers' environment that answers 'N dt' with seconds."""

    def __init__(self, name):
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [VENV / "bin" / "python", HERE / "_hodgkin_huxley_peers.py", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.hello = json.loads(self.process.stdout.readline())
        self.walls = []  # seconds with process start, where that is not the same

    def __call__(self, N, dt):
        self.process.stdin.write(f"{N} {dt}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.walls.append(answer["wall"])
        return answer["seconds"]

    def error(self, dt):
        """Where the last of the seven spikes came, against the truth, in ms."""
        self.process.stdin.write(f"spike {dt}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["spike"] - TRUTH


def peers():
    """The peers that run here, by name."""
    if not VENV.exists():
        pip = [VENV / "bin" / "pip", "install", "-q", "-r"]
        wanted = HERE / "environments" / "hodgkin_huxley.txt"
        made = (
            subprocess.run([sys.executable, "-m", "venv", VENV], check=False).returncode
            or subprocess.run([*pip, wanted], check=False).returncode
        )
        if made:
            print("bench: Brian2 and NEURON could not be installed and are left out")
            return {}
    found = {}
    for name in ("Brian2 cpp_standalone", "Brian2 cython", "NEURON"):
        try:
            found[name] = Peer(name)
        except (OSError, ValueError):
            print(f"bench: {name} does not run here and is left out")
    return found


def errors(others):
    """Error of the last spike of each contestant at its equal-error step, in ms."""
    out = {}
    for name in ("ours, numba", "ours, NumPy", "torch.compile"):
        trace = hh.simulate(10.0, T_MS, STEPS[name][0])
        out[name] = hh.spike_times(trace.t, trace.V)[-1] - TRUTH
    for name, peer in others.items():
        out[name] = peer.error(STEPS[name][0])
    return {name: round(float(e), 5) for name, e in out.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--output", type=Path, default=HERE / "results" / "hodgkin-huxley.json"
    )
    args = parser.parse_args()
    others = peers()
    contestants = {
        "ours, numba": ours(True),
        "ours, NumPy": ours(False),
        "torch.compile": torch_compiled(),
        **others,
    }
    rows = []
    for which, question in enumerate(("equal error", "equal step")):
        for N in SIZES:
            seconds = {name: [] for name in contestants}
            for name, run in contestants.items():
                run(N, STEPS[name][which])  # compile, build, warm
            best_of = 5 if N == 1 else 1  # sub-millisecond runs: the best of five
            for _ in range(args.rounds if N < 10_000 else max(3, args.rounds // 2)):
                for name, run in contestants.items():
                    seconds[name].append(
                        min(run(N, STEPS[name][which]) for _ in range(best_of))
                    )
            for name in contestants:
                ratio = {
                    base: round(
                        statistics.median(
                            a / b
                            for a, b in zip(seconds[name], seconds[base], strict=True)
                        ),
                        3,
                    )
                    for base in ("ours, numba", "ours, NumPy")
                }
                waited = getattr(contestants[name], "walls", seconds[name])
                rows.append(
                    {
                        "question": question,
                        "N": N,
                        "contestant": name,
                        "step_ms": STEPS[name][which],
                        "seconds_median": statistics.median(seconds[name]),
                        "seconds_with_start_median": statistics.median(
                            waited[-len(seconds[name]) * best_of :]
                        ),
                        "ratio_to_ours_numba": ratio["ours, numba"],
                        "ratio_to_ours_NumPy": ratio["ours, NumPy"],
                    }
                )
                print(
                    f"{question:12s} N={N:<6d} {name:24s}"
                    f" {statistics.median(seconds[name]):9.4f} s"
                    f"  {ratio['ours, numba']:9.2f} x numba's"
                    f"  {ratio['ours, NumPy']:8.2f} x NumPy's",
                    flush=True,
                )
    result = {
        "command": f"course bench hodgkin-huxley --rounds {args.rounds}",
        "threads": 1,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {
            p: importlib.metadata.version(p) for p in ("numpy", "numba", "torch")
        }
        | {name: peer.hello["version"] for name, peer in others.items()},
        "error_of_last_spike_ms": errors(others),
        "rows": rows,
    }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["error_of_last_spike_ms"]))


if __name__ == "__main__":
    main()
