"""Brian2's cython target behind a pipe: run in its own environment by the benchmark.

Reads 'FILE steps' (an npz with the network) and answers {"seconds", "steps",
"neurons"}: the time of the run without its compilation, and all spikes.
"""

import json
import sys
import time

import brian2 as b
import numpy as np

b.prefs.codegen.target = "cython"
ANSWERS = sys.stdout
sys.stdout = sys.stderr
print(json.dumps({"brian2": b.__version__}), file=ANSWERS, flush=True)


def run(path, steps):
    """One network, built and compiled, then timed."""
    net = np.load(path)
    dt = float(net["dt"]) * b.ms
    b.start_scope()
    b.defaultclock.dt = dt
    cells = b.NeuronGroup(
        int(net["N"]),
        "dv/dt = (drive - v)/(10*ms) : 1 (unless refractory)\ndrive : 1 (constant)",
        threshold="v >= 15",
        reset="v = 0",
        refractory=2 * b.ms,
        method="exact",
    )
    cells.drive = net["drive"]
    synapses = b.Synapses(
        cells, cells, "w : 1", on_pre="v_post += w*int(not_refractory_post)"
    )
    synapses.connect(i=net["sources"], j=net["targets"])
    synapses.w = net["weights"]
    synapses.delay = net["delays"] * dt
    spikes = b.SpikeMonitor(cells)
    network = b.Network(cells, synapses, spikes)
    cells.v = net["V"]
    network.store()
    network.run(2 * dt)  # compile
    network.restore()
    began = time.perf_counter()
    network.run(steps * dt)
    spent = time.perf_counter() - began
    dates = np.rint(np.asarray(spikes.t / dt)).astype(int)
    return {
        "seconds": spent,
        "steps": dates.tolist(),
        "neurons": np.asarray(spikes.i).tolist(),
    }


for line in sys.stdin:
    path, steps = line.split()
    print(json.dumps(run(path, int(steps))), file=ANSWERS, flush=True)
