"""Brian2 and NEURON behind a pipe: run in their own environment by the benchmark.

Reads 'N dt' and answers {"seconds": inside the run, "wall": as a user waits} for
100 ms (they differ for Brian2's standalone program, which is a process to start);
reads 'spike dt' and answers {"spike": time of the last spike at 10 µA/cm²}.
"""

import json
import sys
import tempfile
import time

import numpy as np

NAME = sys.argv[1]
ANSWERS = sys.stdout
sys.stdout = sys.stderr  # what the simulators print must not meet the answers
EQUATIONS = """
dV/dt = (I - 120*m**3*h*(V-50) - 36*n**4*(V+77) - 0.3*(V+54.387))/ms : 1
dn/dt = (0.1/exprel((-55-V)/10)*(1-n) - 0.125*exp(-(V+65)/80)*n)/ms : 1
dm/dt = (1/exprel((-40-V)/10)*(1-m) - 4*exp(-(V+65)/18)*m)/ms : 1
dh/dt = (0.07*exp(-(V+65)/20)*(1-h) - h/(1+exp((-35-V)/10)))/ms : 1
I : 1 (constant)
"""
REST = (-64.99637933119206, 0.31773239976, 0.052955086813, 0.595994124739)


def drive(N):
    return np.array([10.0]) if N == 1 else np.linspace(7.0, 15.0, N)


def brian(N, dt, watch=False):
    """One build and run; returns seconds of the simulation itself, and V if watched."""
    import brian2 as b

    # rk4 at the equal-error step (its cheapest accurate method), exponential Euler,
    # Brian2's usual choice for such equations, at the equal step
    method = "rk4" if dt > 0.02 else "exponential_euler"
    standalone = NAME.endswith("standalone")
    b.start_scope()
    if standalone:
        b.device.reinit()
        b.set_device("cpp_standalone", build_on_run=False)
    else:
        b.prefs.codegen.target = "cython"
    b.defaultclock.dt = dt * b.ms
    group = b.NeuronGroup(N, EQUATIONS, method=method)
    group.V, group.n, group.m, group.h = REST
    group.I = drive(N)
    objects = [group]
    monitor = None
    if watch:
        monitor = b.StateMonitor(group, "V", record=[0], when="end")
        objects.append(monitor)
    network = b.Network(*objects)
    network.run((0 if not standalone else 100) * b.ms)
    if not standalone:
        if not watch:
            network.run(dt * 2 * b.ms)  # compile
        began = time.perf_counter()
        network.run(100 * b.ms)
        return time.perf_counter() - began, monitor
    folder = tempfile.mkdtemp(prefix="brian-")
    b.device.build(directory=folder, compile=True, run=False)
    b.device.run(directory=folder, with_output=False, run_args=[])
    return None, monitor


_standalone = {}


def seconds_brian(N, dt):
    """Seconds inside the run, and seconds that a user waits for it."""
    import brian2 as b

    if NAME.endswith("standalone"):
        if (N, dt) not in _standalone:
            brian(N, dt)
            _standalone[N, dt] = b.device.project_dir
        began = time.perf_counter()
        b.device.run(directory=_standalone[N, dt], with_output=False, run_args=[])
        return b.device._last_run_time, time.perf_counter() - began
    inside, _ = brian(N, dt)
    return inside, inside


def spike_brian(dt):
    _, monitor = brian(1, dt, watch=True)
    return last_crossing(np.asarray(monitor.t / 1e-3) + dt, np.asarray(monitor.V[0]))


def last_crossing(t, V, level=-15.0):
    k = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))[-1]
    return float(t[k] + (level - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k]))


_sections = {}


def neuron(N, dt):
    """Compartments of 1000 µm², so that 0.01 nA is 1 µA/cm²; second order, no table."""
    from neuron import h

    if N not in _sections:
        _sections.clear()
        made = []
        for I in drive(N):
            s = h.Section()
            s.L = s.diam = 17.841241161527712
            s.cm = 1
            s.insert("hh")
            s.el_hh = -54.387
            s.ena, s.ek = 50, -77
            clamp = h.IClamp(s(0.5))
            clamp.delay, clamp.dur, clamp.amp = 0, 1e9, 0.01 * I
            made.append((s, clamp))
        _sections[N] = made
    h.celsius = 6.3
    h.usetable_hh = 0
    h.secondorder = 2
    h.dt = dt
    h.finitialize(REST[0])
    return h


def seconds_neuron(N, dt):
    h = neuron(N, dt)
    steps = round(100 / dt)
    began = time.perf_counter()
    for _ in range(steps):
        h.fadvance()
    seconds = time.perf_counter() - began
    return seconds, seconds


def spike_neuron(dt):
    h = neuron(1, dt)
    section = _sections[1][0][0]
    t, V = [h.t], [section(0.5).v]
    while h.t < 100 - dt / 2:
        h.fadvance()
        t.append(h.t)
        V.append(section(0.5).v)
    return last_crossing(np.array(t), np.array(V))


def answer(**fields):
    ANSWERS.write(json.dumps(fields) + "\n")
    ANSWERS.flush()


def main():
    if NAME == "NEURON":
        import neuron as package
        from neuron import h

        h.load_file("stdrun.hoc")
        seconds, spike = seconds_neuron, spike_neuron
    else:
        import brian2 as package

        seconds, spike = seconds_brian, spike_brian
    answer(version=package.__version__)
    for line in sys.stdin:
        first, dt = line.split()
        if first == "spike":
            answer(spike=spike(float(dt)))
        else:
            inside, wall = seconds(int(first), float(dt))
            answer(seconds=inside, wall=wall)


if __name__ == "__main__":
    main()
