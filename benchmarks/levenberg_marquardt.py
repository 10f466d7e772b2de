"""Levenberg-Marquardt: one accepted step against its floor and against peers.

Squared error, float32, networks inputs-width-10 with tanh; a step is linearization,
solution, and the loss at the trial point, which must be accepted at once.

floor    SYRK of every factor and POTRF of the rows, the least that an exact dual step
         has to compute
ours     `torch_optim.LevenbergMarquardt` and the NumPy step
peers    torch-levenberg-marquardt (each solver, vmap on and off, slices),
         torch.func.jacrev with a solve, nngeometry's Gram with Cholesky

``--part table`` adds batch 32, 128, 512 by width 64, 256, 1024 against the fastest
peer that forms J where it fits; ``small`` the peer's own small examples; ``primal`` the
rate of Jᵀ J against GEMM; ``ceilings`` the Gram matrix and the factorisation against
the device's own, on a GPU where there is one; ``routes`` the choice of solve="auto"
over 42 shapes; ``memory`` the growth of the resident set by one step, in a process
each; ``million`` a network of 10⁶ weights on MNIST, ``million-adam`` the same by Adam.

With two threads torch's pool and SciPy's fight for the cores unless the waiting ones
sleep: set OMP_WAIT_POLICY=passive (the result file says which).

    course bench levenberg-marquardt [--part PART ...] [--threads 2] [--rounds 5]
"""

import argparse
import copy
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import torch
from _common import RESULTS, in_turns, milliseconds, provenance, ratio, write
from scipy.linalg import blas, lapack
from threadpoolctl import threadpool_limits
from torch import nn

from course_lib.activations import tanh
from course_lib.arrays import cholesky, product_with_transpose
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import DenseBlock, FactoredJacobian, NetworkObjective
from course_lib.optim import LevenbergMarquardt
from course_lib.optim import levenberg_marquardt as lm
from course_lib.torch_optim import LevenbergMarquardt as Adapter

DAMPING = 100.0

# The peer imports lightning and torchmetrics for a wrapper that no step uses.
for _name, _member in (
    ("pytorch_lightning", "LightningModule"),
    ("torchmetrics", "Metric"),
):
    _stub = types.ModuleType(_name)
    setattr(_stub, _member, object)
    sys.modules.setdefault(_name, _stub)


class Task:
    """A network with tanh, a batch, and its start."""

    def __init__(self, batch=128, width=256, inputs=784, outputs=10):
        torch.manual_seed(0)
        self.batch, self.width, self.outputs = batch, width, outputs
        self.x = torch.randn(batch, inputs)
        self.t = torch.randn(batch, outputs)
        self.model = nn.Sequential(
            nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, outputs)
        )
        self.start = [p.detach().clone() for p in self.model.parameters()]
        self.P = sum(p.numel() for p in self.start)

    def restore(self, model=None):
        """Parameters as they were."""
        model = model or self.model
        with torch.no_grad():
            for p, q in zip(model.parameters(), self.start, strict=True):
                p.copy_(q)

    def loss(self):
        """½ Σ (y − t)²."""
        with torch.no_grad():
            return float(((self.model(self.x) - self.t) ** 2).sum() / 2)

    # ---- contestants: each returns a function that makes one accepted step

    def floor(self):
        """The symmetric products and the factorisation alone."""
        R = self.batch * self.outputs
        rng = np.random.default_rng(0)
        sizes = (R, self.width), (R, self.outputs)
        sizes += (self.batch, 784), (self.batch, self.width)
        factors = [rng.standard_normal(s, dtype=np.float32) for s in sizes]
        K = np.asfortranarray(factors[0] @ factors[0].T + R * np.eye(R, dtype="f4"))
        kept = K.copy(order="F")

        def work():
            for X in factors:
                blas.ssyrk(1.0, X.T, trans=1)
            _, info = lapack.spotrf(K, lower=1, clean=0, overwrite_a=1)
            assert info == 0

        def step():
            work()
            np.copyto(K, kept)

        return step

    def adapter(self):
        """course_lib on the torch module."""
        optimizer = Adapter(self.model, "squared", LevenbergMarquardt(DAMPING))

        def step():
            self.restore()
            optimizer.load_state_dict({"state": None})
            info = optimizer.step(self.x, self.t)
            assert info.rejected == 0
            assert optimizer.route == "layers"

        return step

    def pure(self):
        """course_lib on its own network, NumPy."""
        net = Sequential(
            [
                Dense(self.x.shape[1], self.width),
                Activation(tanh),
                Dense(self.width, self.outputs),
            ]
        )
        theta = torch.cat([p.reshape(-1) for p in self.start]).numpy()
        x, t = self.x.numpy(), self.t.numpy()
        objective = NetworkObjective(net, x, t, SquaredError("sum"))
        method = LevenbergMarquardt(DAMPING)

        def step():
            _, _, info = method.step(theta, objective, method.init(theta))
            assert info.rejected == 0

        return step

    def peer(self, solver="cholesky", vmap=True, piece=None):
        """torch-levenberg-marquardt."""
        from torch_levenberg_marquardt import damping, loss, training

        model = copy.deepcopy(self.model)  # the peer moves the parameters' storage
        module = training.LevenbergMarquardtModule(
            model,
            loss.MSELoss(),
            damping.StandardDampingStrategy(DAMPING / self.batch),
            solve_method=solver,
            use_vmap=vmap,
            max_batch_size=piece,
        )

        def step():
            self.restore(model)
            module.reset()
            module.backup_parameters()
            _, _, _, logs = module.training_step(self.x, self.t)
            assert logs["attempts"] == 1

        return step

    def jacrev(self):
        """J by torch.func, one solve of the smaller side."""
        from torch.func import functional_call, jacrev
        from torch.func import vmap as each

        def step():
            self.restore()
            before = self.loss()
            params = {k: p.detach() for k, p in self.model.named_parameters()}
            one = jacrev(lambda p, x: functional_call(self.model, p, (x[None],))[0])
            found = each(one, (None, 0))(params, self.x)
            J = torch.cat([j.flatten(2).flatten(0, 1) for j in found.values()], 1)
            with torch.no_grad():
                u = (self.model(self.x) - self.t).reshape(-1)
                small = J.shape[0] < J.shape[1]
                A = J @ J.T if small else J.T @ J
                A.diagonal().add_(DAMPING)
                right = u if small else J.T @ u
                p = torch.linalg.solve(A, right)
                p = -(J.T @ p if small else p)
                for q, d in zip(
                    self.model.parameters(),
                    p.split([q.numel() for q in self.start]),
                    strict=True,
                ):
                    q.add_(d.view_as(q))
            assert self.loss() < before

        return step

    def nngeometry(self):
        """Gram matrix of the network by nngeometry, Cholesky, Jᵀ by autograd."""
        from nngeometry.gram import GramMatrix

        loader = (self.x, self.t)

        def step():
            self.restore()
            before = self.loss()
            gram = GramMatrix(self.model, loader, function=lambda *d: self.model(d[0]))
            K = gram.to_torch().permute(1, 0, 3, 2)  # (batch, output, batch, output)
            R = self.batch * self.outputs
            K = K.reshape(R, R).clone()
            K.diagonal().add_(DAMPING)
            y = self.model(self.x)
            with torch.no_grad():
                u = (y - self.t).reshape(-1, 1)
                a = torch.cholesky_solve(u, torch.linalg.cholesky(K))
            step = torch.autograd.grad(
                y, list(self.model.parameters()), a.view_as(self.t)
            )
            with torch.no_grad():
                for q, d in zip(self.model.parameters(), step, strict=True):
                    q.sub_(d)
            assert self.loss() < before

        return step


def peers_of(task):
    """Every way to run the peers that form J, by name."""
    made = {
        f"torch-levenberg-marquardt {solver}, {'vmap' if vmap else 'no vmap'}": (
            lambda s=solver, v=vmap: task.peer(s, v)
        )
        for solver, vmap in itertools.product(("cholesky", "solve", "qr"), (1, 0))
    }
    made["torch-levenberg-marquardt cholesky, slices of 32"] = lambda: task.peer(
        piece=32
    )
    return made | {"torch.func.jacrev + solve": task.jacrev}


def timed(makers, rounds):
    """Median times of one step each, after one that warms up."""
    steps = {}
    for name, make in makers.items():
        steps[name] = make()
        steps[name]()
    return in_turns(steps, rounds)


def part_step(rounds):
    """The step of the issue: 784-256-10, batch 128."""
    task = Task()
    ours = {"floor": task.floor, "ours, torch": task.adapter, "ours, NumPy": task.pure}
    spent = timed(ours, 4 * rounds)
    slow = timed(
        {"ours": task.adapter, "nngeometry": task.nngeometry, **peers_of(task)}, rounds
    )
    forming = {k: v for k, v in slow.items() if k not in ("ours", "nngeometry")}
    best = min(forming, key=lambda k: statistics.median(forming[k]))
    return {
        "milliseconds": {k: milliseconds(v) for k, v in (spent | slow).items()},
        "ours_torch_over_floor": ratio(spent["ours, torch"], spent["floor"]),
        "ours_numpy_over_floor": ratio(spent["ours, NumPy"], spent["floor"]),
        "best_peer_that_forms_J": best,
        "best_peer_over_ours": ratio(slow[best], slow["ours"]),
        "nngeometry_over_ours": ratio(slow["nngeometry"], slow["ours"]),
    }


def part_table(rounds):
    """Batch by width; J formed only where it fits into 2 GB."""
    rows = []
    for batch, width in itertools.product((32, 128, 512), (64, 256, 1024)):
        task = Task(batch, width)
        makers = {"floor": task.floor, "ours": task.adapter}
        fits = 4 * batch * 10 * task.P < 2e9
        if fits:
            makers["peer"] = task.peer
        spent = timed(makers, rounds)
        row = {"batch": batch, "width": width, "parameters": task.P}
        row |= {f"{k}_ms": milliseconds(v) for k, v in spent.items()}
        row["ours_over_floor"] = ratio(spent["ours"], spent["floor"])
        row["peer_over_ours"] = ratio(spent["peer"], spent["ours"]) if fits else None
        rows.append(row)
        print(row, file=sys.stderr)
    return rows


def part_small(rounds):
    """Two small tasks as in the peer's README: a sine of 61 weights, 1000 at a time,
    and a convolutional classifier of about 1000 weights, 500 images at a time."""
    from torch_levenberg_marquardt import damping, loss, training

    torch.manual_seed(0)
    x = torch.rand(1000, 1) * 2 - 1
    sinc = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
    images, labels = torch.randn(500, 1, 28, 28), torch.randint(0, 10, (500,))
    conv = nn.Sequential(
        nn.Conv2d(1, 4, 4, stride=2, padding=1),
        nn.ELU(),
        nn.Conv2d(4, 4, 4, stride=2, padding=1),
        nn.ELU(),
        nn.Conv2d(4, 4, 4, stride=2, padding=1),
        nn.ELU(),
        nn.Flatten(),
        nn.Linear(36, 10),
    )
    tasks = {
        "sinc": (sinc, x, torch.sinc(10 * x), "squared", loss.MSELoss()),
        "images": (conv, images, labels, "cross_entropy", loss.CrossEntropyLoss()),
    }
    found = {}
    for name, (model, inputs, targets, ours, theirs) in tasks.items():
        start = [p.detach().clone() for p in model.parameters()]
        makers = {
            "ours": (model, Adapter(model, ours, LevenbergMarquardt(DAMPING)).step)
        }
        for solver in ("cholesky", "solve", "qr"):
            twin = copy.deepcopy(model)
            module = training.LevenbergMarquardtModule(
                twin,
                theirs,
                damping.StandardDampingStrategy(1.0),
                solve_method=solver,
            )
            makers[solver] = (twin, module.training_step)
        adam = torch.optim.Adam(model.parameters(), fused=True)
        loss_of = nn.MSELoss() if ours == "squared" else nn.CrossEntropyLoss()

        def adam_step(inputs, targets, model=model, adam=adam, loss_of=loss_of):
            adam.zero_grad()
            loss_of(model(inputs), targets).backward()
            adam.step()

        makers["Adam"] = (model, adam_step)
        makers["floor"] = (model, exact_floor(model, model(inputs).numel()))

        def from_start(model, work, start=start, data=(inputs, targets)):
            def step():
                with torch.no_grad():
                    for p, q in zip(model.parameters(), start, strict=True):
                        p.copy_(q)
                work(*data)

            return step

        spent = timed(
            {k: lambda w=w: from_start(*w) for k, w in makers.items()}, rounds
        )
        best = min(("cholesky", "solve", "qr"), key=lambda k: sum(spent[k]))
        found[name] = {
            "parameters": sum(p.numel() for p in start),
            "milliseconds": {k: milliseconds(v) for k, v in spent.items()},
            "best_peer_over_ours": ratio(spent[best], spent["ours"]),
            "best_peer_over_floor": ratio(spent[best], spent["floor"]),
            "ours_over_adam": ratio(spent["ours"], spent["Adam"]),
        }
    return found


def exact_floor(model, rows):
    """What any exact step takes: two forward passes, half a product, a factorisation.

    Of the smaller side, from a J that is given. The peer's step on images is no exact
    one: it takes one residual per image, where the loss has ten outputs.
    """
    P = sum(p.numel() for p in model.parameters())
    J = np.random.default_rng(0).standard_normal((rows, P), dtype=np.float32)
    J = J if rows < P else np.ascontiguousarray(J.T)

    def step(inputs, targets):
        del targets
        with torch.no_grad():
            model(inputs), model(inputs)
        A = blas.ssyrk(1.0, J.T, trans=1, lower=1)
        A[np.diag_indices_from(A)] += 2 * max(rows, P)
        _, info = lapack.spotrf(A, lower=1, clean=0, overwrite_a=1)
        assert info == 0

    return step


def part_primal(rounds):
    """Jᵀ J with the formation of J, flops R P², against GEMM's rate."""
    rng = np.random.default_rng(0)

    def draw(*shape):
        return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))

    N, K = 4000, 10
    blocks = [
        DenseBlock(draw(N, K, 40), draw(N, 39)),
        DenseBlock(draw(N, K, 10), draw(N, 39)),
    ]
    lin = FactoredJacobian(draw(N * K), blocks, 0.0)
    R, P = lin.size
    A, B = draw(P, P), draw(P, P)
    spent = in_turns({"normal": lin.normal, "gemm": lambda: A @ B}, rounds)
    rates = {
        "normal": R * P**2 / statistics.median(spent["normal"]) / 1e9,
        "gemm": 2 * P**3 / statistics.median(spent["gemm"]) / 1e9,
    }
    return {
        "rows": R,
        "parameters": P,
        "gflops": {k: round(v, 1) for k, v in rates.items()},
        "share_of_gemm": round(rates["normal"] / rates["gemm"], 3),
    }


def part_ceilings(rounds):
    """Our Gram matrix and Cholesky against the device's own GEMM and POTRF.

    On a GPU where there is one; the result says on what.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    n, found = 8192 if device == "cuda" else 2048, {}
    torch.manual_seed(0)
    for dtype in (torch.float32, torch.float64):
        X = torch.randn(n, n, dtype=dtype, device=device)
        A = X @ X.T / n

        def potrf(A=A):
            shifted = A.clone()
            shifted.diagonal().add_(1.0)
            return torch.linalg.cholesky(shifted)

        makers = {
            "gemm": lambda X=X: X @ X.T,
            "Gram": lambda X=X: product_with_transpose(X),
            "potrf": potrf,
            "Cholesky": lambda A=A: cholesky(A, 1.0),
        }
        if device == "cuda":
            makers = {
                name: lambda work=work: (work(), torch.cuda.synchronize())
                for name, work in makers.items()
            }
        spent = timed({name: lambda w=w: w for name, w in makers.items()}, rounds)
        found[str(dtype).removeprefix("torch.")] = {
            "milliseconds": {k: milliseconds(v) for k, v in spent.items()},
            "gemm_gflops": round(2 * n**3 / statistics.median(spent["gemm"]) / 1e9),
            "gram_over_gemm": ratio(spent["Gram"], spent["gemm"]),
            "cholesky_over_potrf": ratio(spent["Cholesky"], spent["potrf"]),
        }
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    return {"device": name, "size": n, **found}


def shapes():
    """(network, x, outputs): dense ones of 10² to 10⁶ weights, and convolutions."""
    for K, rows, (i, o) in itertools.product(
        (1, 10),
        (100, 1000, 4000),
        ((4, 20), (9, 100), (30, 100), (99, 100), (999, 100), (999, 1000)),
    ):
        net = Sequential([Dense(i, o), Activation(tanh), Dense(o, K)])
        yield net, (rows // K, i), K
    for rows, maps in itertools.product((100, 1000, 4000), (4, 16)):
        layers = [Conv2d(1, maps, 3), Activation(tanh), MaxPool2d(2), Flatten()]
        net = Sequential([*layers, Dense(49 * maps, 10)], (1, 16, 16))
        yield net, (rows // 10, 1, 16, 16), 10


def part_routes(rounds):
    """How the chosen route compares with the fastest, over 42 shapes.

    Inputs whose directions differ in size, and a damping of 10⁻⁴ of the mean diagonal:
    as late in training, where conjugate gradients need their steps.
    """
    rng, found = np.random.default_rng(0), []
    for net, shape, K in shapes():
        x = rng.standard_normal(shape) / np.sqrt(1 + np.arange(shape[-1]))
        theta = net.init(rng)
        t = rng.standard_normal((shape[0], K))
        x, t, theta = (torch.from_numpy(a.astype(np.float32)) for a in (x, t, theta))
        lin = NetworkObjective(net, x, t, SquaredError("sum")).linearize(theta)
        small = lin.vjp(lin.r)
        damping = 1e-4 * float(lin.jvp(small) @ lin.r) / float(lin.r @ lin.r)
        listed = {r.name: r for r in lm.routes(lin, memory_limit=4e9)}
        chosen, makers = next(iter(listed)), {}
        for name, route in listed.items():
            if route.flops > 20 * listed[chosen].flops + 1e9:
                continue  # cannot win; would take minutes
            method = LevenbergMarquardt(damping, solve=name)

            def step(method=method, lin=lin, theta=theta, damping=damping):
                return method.system(lin, theta).step(damping)

            makers[name] = step
        for step in makers.values():
            step()
        spent = in_turns(makers, rounds)
        times = {k: min(v) for k, v in spent.items()}
        row = {
            "rows": lin.size[0],
            "parameters": lin.size[1],
            "outputs": K,
            "layers": type(net.layers[0]).__name__,
            "chosen": chosen,
            "fastest": min(times, key=times.get),
            "over_fastest": round(times[chosen] / min(times.values()), 2),
            "milliseconds": {k: round(1e3 * v, 3) for k, v in times.items()},
        }
        found.append(row)
        print(row, file=sys.stderr)
    over = [row["over_fastest"] for row in found]
    return {
        "shapes": found,
        "share_within_1.5": round(sum(r <= 1.5 for r in over) / len(over), 3),
        "worst": max(over),
    }


def million():
    """993 760 weights, 784-1250-10 with tanh, and 2000 images of MNIST.

    Returns a maker of the network at its start, images (2000, 784), targets of 0 and 1,
    and the share of images that a network reads right.
    """
    from course_lib.datasets import mnist

    split = mnist()
    x = torch.from_numpy(split.x_train[:2000].reshape(2000, -1).astype(np.float32))
    labels = torch.from_numpy(np.asarray(split.t_train[:2000]).astype(np.int64))
    x = x / 255 if x.max() > 1 else x
    t = torch.nn.functional.one_hot(labels, 10).float()

    def network():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(784, 1250), nn.Tanh(), nn.Linear(1250, 10))

    def accuracy(model):
        with torch.no_grad():
            return round(float((model(x).argmax(1) == labels).float().mean()), 4)

    return network, x, t, accuracy


def part_million(rounds):
    """Full Levenberg-Marquardt steps, squared error, to 99.9 % of the images right.

    Seconds include everything but loading. Needs MNIST (course_lib.datasets).
    """
    del rounds
    network, x, t, accuracy = million()
    model = network()
    optimizer = Adapter(model, "squared", LevenbergMarquardt(10.0, memory_limit=8e9))
    history, begin = [], time.perf_counter()
    while not history or (history[-1]["accuracy"] < 0.999 and len(history) < 40):
        info = optimizer.step(x, t)
        history.append(
            {
                "seconds": round(time.perf_counter() - begin, 1),
                "value": info.value,
                "accuracy": accuracy(model),
                "rejected": info.rejected,
            }
        )
        print(history[-1], file=sys.stderr)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "rows": t.numel(),
        "levenberg_marquardt": history,
    }


def part_million_adam(rounds):
    """The same by Adam, mini-batches of 64, at five rates, at most 100 epochs."""
    del rounds
    network, x, t, accuracy = million()
    found = {}
    for rate in (3e-4, 1e-3, 3e-3, 1e-2, 3e-2):
        model = network()
        rule = torch.optim.Adam(model.parameters(), rate, fused=True)
        begin, epoch = time.perf_counter(), 0
        while accuracy(model) < 0.999 and epoch < 100:
            epoch += 1
            for part in torch.randperm(len(x)).split(64):
                rule.zero_grad()
                (((model(x[part]) - t[part]) ** 2).sum() / 2 / len(part)).backward()
                rule.step()
        found[str(rate)] = {
            "epochs": epoch,
            "seconds": round(time.perf_counter() - begin, 1),
            "accuracy": accuracy(model),
        }
        print(rate, found[str(rate)], file=sys.stderr)
    return found


def part_memory(rounds):
    """Resident-set growth of the second step, MB, in a process of its own."""
    del rounds
    found = {}
    for who in ("adapter", "peer", "jacrev", "nngeometry"):
        command = [sys.executable, __file__, "--grow", who]
        out = subprocess.run(command, check=True, capture_output=True, text=True)
        found[who] = float(out.stdout)
    return found | {"peer_over_ours": round(found["peer"] / found["adapter"], 1)}


def grow(who):
    """Print how far the peak of the resident set is above its start, in MB (Linux)."""
    tiny, task = Task(4, 8), Task()
    getattr(tiny, who)()()  # imports and thread pools are there
    step = getattr(task, who)()

    def kilobytes(field):
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(re.search(rf"{field}:\s+(\d+) kB", status)[1])

    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # forget the peak
    before = kilobytes("VmRSS")
    step()
    print((kilobytes("VmHWM") - before) / 1024)


PARTS = {
    "step": part_step,
    "table": part_table,
    "small": part_small,
    "primal": part_primal,
    "ceilings": part_ceilings,
    "routes": part_routes,
    "memory": part_memory,
    "million": part_million,
    "million-adam": part_million_adam,
}


def main(argv=None):
    """Measure the parts asked for; the result file keeps the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--grow", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    if args.grow:
        grow(args.grow)
        return
    packages = ("numpy", "scipy", "torch", "torch-levenberg-marquardt", "nngeometry")
    waiting = os.environ.get("OMP_WAIT_POLICY", "active")
    record = provenance(
        "levenberg-marquardt", packages, threads=args.threads, omp_wait_policy=waiting
    )
    path = RESULTS / "levenberg-marquardt.json"
    if path.exists():
        record["parts"] = json.loads(path.read_text(encoding="utf-8"))["parts"]
    with threadpool_limits(args.threads):
        for name in args.part:
            record.setdefault("parts", {})[name] = PARTS[name](args.rounds)
            path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write(record)


if __name__ == "__main__":
    main()
