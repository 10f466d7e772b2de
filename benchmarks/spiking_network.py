"""Spiking network against Brian2's cython target: up to 20 000 neurons.

A sparse random network of leaky integrate-and-fire neurons, 100 inputs each, four
fifths excitatory, delays of 0.5 to 2 ms, steps of 0.1 ms; 10 000 neurons make 10^6
synapses. Both sides get the same connections, currents and start, and must produce the
same spikes, every one, for the first 50 ms. Building and compiling is outside the
clock.

    course bench spiking-network [--rounds 5]

Brian2 lives in an environment made from environments/spiking_network.txt under
.cache/bench; where it cannot be made there is no comparison.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _common import milliseconds, provenance, ratio, write

from course_lib.neurons.lif import LIF, random_network

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".cache" / "bench" / "spiking_network"
SIZES = (500, 1000, 2000, 5000, 10_000, 20_000)
STEPS = 2000  # 200 ms
SAME = 500  # steps whose spikes must be identical; later, sums in another order matter


class Brian:
    """The peer's process."""

    def __init__(self):
        if not VENV.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
            wanted = HERE / "environments" / "spiking_network.txt"
            pip = [VENV / "bin" / "pip", "install", "-q", "-r", wanted]
            subprocess.run(pip, check=True)
        self.process = subprocess.Popen(
            [VENV / "bin" / "python", HERE / "_spiking_network_peer.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version = json.loads(self.process.stdout.readline())["brian2"]

    def run(self, path):
        """Its answer for one network."""
        self.process.stdin.write(f"{path} {STEPS}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def problem(N):
    """(network, currents, start): asynchronous firing at some 20 Hz."""
    rng = np.random.default_rng(N)
    net = random_network(
        LIF(), N * 4 // 5, N - N * 4 // 5, 100, 0.2, 5.0, (0.5, 2.0), rng
    )
    return net, rng.uniform(1.4, 2.2, N), rng.uniform(0, 15, N)


def main(argv=None):
    """Measure every size and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds, brian, rows = parser.parse_args(argv).rounds, Brian(), []
    for N in SIZES:
        net, currents, start = problem(N)
        ours, theirs = [], []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.npz"
            np.savez(
                path,
                N=N,
                dt=net.dt_ms,
                drive=net.neuron.resistance * currents,
                sources=net.sources,
                targets=net.targets,
                weights=net.weights_mV,
                delays=net.delays,
                V=start,
            )
            for _ in range(rounds):
                began = time.perf_counter()
                spikes = net.run(STEPS, currents, V=start)
                ours.append(time.perf_counter() - began)
                answer = brian.run(path)
                theirs.append(answer["seconds"])
        pairs = [
            sorted((k, i) for k, i in zip(a, b, strict=True) if k < SAME)
            for a, b in (
                (spikes.steps.tolist(), spikes.neurons.tolist()),
                (answer["steps"], answer["neurons"]),
            )
        ]
        if pairs[0] != pairs[1]:
            raise SystemExit(f"bench: the spikes of {N} neurons differ from Brian2's")
        rows.append(
            {
                "neurons": N,
                "synapses": len(net.sources),
                "spikes": len(spikes.steps),
                "identical_spikes": len(pairs[0]),
                "rate_Hz": round(len(spikes.steps) / N / (STEPS * net.dt_ms) * 1e3, 2),
                "our_milliseconds": milliseconds(ours),
                "brian2_milliseconds": milliseconds(theirs),
                "ratio": ratio(theirs, ours),
            }
        )
        print(rows[-1], flush=True)
    write(
        provenance(
            "spiking-network",
            ("numpy",),
            brian2=brian.version,
            rounds=rounds,
            model_ms=STEPS * 0.1,
            rows=rows,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
