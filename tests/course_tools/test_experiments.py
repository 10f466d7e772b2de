"""Experiments: each runs at smoke budget, and committed results follow their rules."""

import concurrent.futures
import json
import time
import types

import numpy as np
import pytest

from course_lib.datasets import DataError
from course_lib.dirichlet import trigamma
from course_lib.losses import CrossEntropy, SquaredError
from course_lib.networks.small_cnns import mnist_network
from course_lib.objectives import NetworkObjective
from course_lib.optim import Adam, Hybrid, LevenbergMarquardt
from course_lib.optim.hybrid import first_dense, mean_step
from course_tools import cli, experiments
from course_tools.experiments import (
    dirichlet_arms,
    dirichlet_table_1,
    dirichlet_table_2,
    dirichlet_table_3,
    dirichlet_table_4,
    jobs,
    rules,
)
from tests.course_tools.grading_fixtures import services
from tests.support import requires

DECLARED = experiments.declarations()


@pytest.mark.parametrize("name", DECLARED)
def test_experiment_runs_at_smoke_budget(name, tmp_path):
    """Each declared experiment runs, decides its claims and writes one file."""
    if "data" in DECLARED[name]:
        requires("data")
    if "numba" in DECLARED[name]["packages"]:
        pytest.importorskip("numba")
    if "torch" in DECLARED[name]["packages"]:
        pytest.importorskip("torch")
    out, journals = tmp_path / "out", tmp_path / "journals"
    path = experiments.reproduce(name, budget="smoke", out=out, journals=journals)
    result = json.loads(path.read_text(encoding="utf-8"))
    assert [v["claim"] for v in result["verdicts"]] == [
        c["id"] for c in DECLARED[name]["claims"]
    ]
    assert {"command", "versions", "device", "settings"} <= set(result)
    assert list(out.iterdir()) == [path]
    assert not list(journals.iterdir())


@pytest.mark.parametrize(
    "path", sorted(experiments.RESULTS.glob("*.json")), ids=lambda p: p.stem
)
def test_committed_result_follows_its_rule(path):
    """Verdicts are what the rule says of the numbers; a changed rule has its date."""
    result = json.loads(path.read_text(encoding="utf-8"))
    declared = DECLARED[result["experiment"]]
    assert result["verdicts"] == [
        rules.verdict(claim, result) for claim in result["claims"]
    ]
    changes = " ".join(f"{c['what']} {c['why']}" for c in declared.get("changed", []))
    told = {word.strip(".,;:") for word in changes.split()}  # names every changed rule
    then, now = ({c["id"]: c for c in d["claims"]} for d in (result, declared))
    assert {k for k in then | now if then.get(k) != now.get(k)} <= told


@pytest.mark.parametrize(
    "path", sorted(experiments.RESULTS.glob("*.json")), ids=lambda p: p.stem
)
def test_committed_result_fills_its_table(path):
    """The book's table has a head and full rows; printed numbers meet their samples."""
    result = json.loads(path.read_text(encoding="utf-8"))
    table = jobs.load(path.stem).summary(result)
    assert len(table) > 1 and {len(row) for row in table} == {len(table[0])}
    for printed in DECLARED[path.stem].get("printed", []):
        assert rules.spread(result["samples"][printed["ours"]]) != "–"
    assert result["budget"] != "smoke"


@pytest.mark.parametrize("name", DECLARED)
def test_declaration_says_what_a_reader_must_know(name):
    """Source, our choices, statistic of every claim with a sample, needs of a run."""
    declared = DECLARED[name]
    assert declared["source"] and declared["ours"] and declared["claims"]
    assert all(claim["statistic"] for claim in declared["claims"])
    for change in declared.get("changed", []):
        assert set(change) == {"date", "what", "why"}
        assert change["date"] >= declared["written"]
    assert declared["needs"]


def test_verdict_knows_when_five_seeds_do_not_decide():
    """Interval on one side of the smallest difference that matters, or astride it."""

    def word(sample, rule="at least", bound=1.0):
        condition = {"sample": "d", "rule": rule, "bound": bound}
        claim = {"id": "x", "statement": "", "conditions": [condition]}
        return rules.verdict(claim, {"samples": {"d": sample}})["verdict"]

    assert word([]) == "not decided"
    assert word([2.0, 3.0, 2.5, 4.0, 3.5]) == "supported"
    assert word([0.2, -0.3, 0.5, 0.4, 0.1]) == "refuted"
    assert word([0.2, 3.0, -1.0, 4.0, 0.1]) == "not decided"
    assert word([0.2, -0.3, 0.5, 0.4, 0.1], "within") == "supported"
    assert word([5.0, -5.0, 6.0, -6.0, 5.5], "within") == "not decided"
    assert word([5.0, 5.2, 6.0, 4.0, 5.5], "within") == "refuted"


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_recurrent_layer_by_torch_is_the_courses(cell):
    """Last state and gradients of the sine's network, torch against the formulas."""
    torch, rng = pytest.importorskip("torch"), np.random.default_rng(0)
    layer = dirichlet_table_4.CELLS[cell](1, 3)
    fast, params, x = (
        dirichlet_table_4.Last(layer),
        layer.init(rng),
        rng.normal(size=(4, 5, 1)),
    )
    moved = {name: torch.from_numpy(p) for name, p in params.items()}
    h, kept = layer.forward(params, x)
    last, cache = fast.forward(moved, torch.from_numpy(x))
    np.testing.assert_allclose(last.numpy(), h[:, -1], rtol=1e-12)
    grad = np.zeros_like(h)
    grad[:, -1] = rng.normal(size=(4, 3))
    ours = layer.backward(params, kept, grad)[1]
    theirs = fast.backward(moved, cache, torch.from_numpy(grad[:, -1]))[1]
    for name, g in ours.items():
        np.testing.assert_allclose(theirs[name].numpy(), g, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize(
    ("table", "shape"),
    [(dirichlet_table_2, (1, 28, 28)), (dirichlet_table_3, (3, 32, 32))],
)
def test_convolutions_by_torch_are_the_courses(table, shape):
    """Scores, loss and gradient of both, torch's kernels against the layers."""
    torch, rng = pytest.importorskip("torch"), np.random.default_rng(0)
    net, fast = table.NET, table.FAST
    theta, x, t = net.init(rng), rng.random((3, *shape)), np.array([1, 0, 9])
    moved = [torch.from_numpy(a) for a in (theta, x, t)]
    np.testing.assert_allclose(fast.predict(*moved[:2]), net.predict(theta, x), 1e-10)
    value, gradient = fast.value_and_gradient(*moved, None)
    E, g = net.value_and_gradient(theta, x, t, CrossEntropy())
    assert abs(float(value) / float(E) - 1) < 1e-12
    np.testing.assert_allclose(gradient, g, rtol=1e-9, atol=1e-14)


@pytest.mark.gpu
@pytest.mark.parametrize("arm", ["Apollo", "NGDM-Dir exact, printed"])
def test_network_by_torch_trains_on_the_gpu(arm):
    """Training stays on the device, scores come back: losses are those of the CPU."""
    torch = pytest.importorskip("torch")
    declared = DECLARED["dirichlet-table-2"]
    settings = declared["settings"] | {"epochs": 1, "batch": 8}
    rng = np.random.default_rng(0)
    x, t = rng.random((16, 1, 28, 28)), rng.integers(0, 10, 16)
    net, fast = dirichlet_table_2.NET, dirichlet_table_2.FAST
    job = {"arm": arm, "trial": settings["trials"][arm][0]}
    rows = []
    for device in ("cpu", "cuda"):
        like, rng = dirichlet_arms.on(device), np.random.default_rng(1)
        run = dirichlet_arms.trained(
            *(job, settings, fast, like(net.init(rng)), like(x)),
            *(torch.from_numpy(t).to(device), CrossEntropy()),
            *(dirichlet_arms.rule(job, settings, net, like), rng),
        )
        unseen = [(like(x), t)] * 2
        rows.append(dirichlet_table_1.measured(fast, run, unseen, settings))
    for name in ("train_loss", "validation_loss", "test_loss"):
        np.testing.assert_allclose(rows[1][name], rows[0][name], rtol=1e-3)


def test_dropout_by_torch_is_drawn_by_the_run():
    """Masks come from the run's generator: new at each step, the same in a rerun."""
    torch, rng = pytest.importorskip("torch"), np.random.default_rng(0)
    fast = dirichlet_table_3.FAST
    theta = torch.from_numpy(dirichlet_table_3.NET.init(rng))
    x, t = torch.rand(2, 3, 32, 32, dtype=torch.float64), torch.tensor([1, 2])
    with_masks = [
        float(fast.value_and_gradient(theta, x, t, None, training=True, rng=rng)[0])
        for rng in [np.random.default_rng(1)] * 2 + [np.random.default_rng(1)]
    ]
    assert with_masks[0] == with_masks[2] != with_masks[1]


def test_sine_has_its_lines_to_beat():
    """AR, seasonal and mean forecasts have the errors that theory gives them."""
    settings = DECLARED["dirichlet-table-4"]["settings"]
    line = dirichlet_table_4.baselines(0, settings)
    error = {k: float(np.mean((line[k] - line["value"]) ** 2)) for k in line}
    floor = settings["noise"] ** 2
    assert abs(error["sine"] / floor - 1) < 0.1
    assert floor < error["AR"] < 1.2 * floor
    assert abs(error["seasonal"] / (2 * floor) - 1) < 0.1
    assert abs(error["mean"] / (floor + 0.5) - 1) < 0.1


def test_momentum_with_a_rate_per_array_is_ngdm_with_those_factors():
    """Equal rates are SGDM; NGDM's constant diagonal is a rate per weight."""
    net = dirichlet_table_4.network("GRU", {"units": 2, "window": 3})
    settings = {"gamma": 0.1, "dir": [[4.4, -0.3]], "gendir": []}
    h = 1 / trigamma(4.4 - 0.3 * np.arange(1, 7))
    rng = np.random.default_rng(0)
    theta, g = rng.normal(size=(2, net.size))
    found = []
    for arm, trial in (("SGDM, per array", list(0.1 * h)), ("NGDM-Dir", "printed")):
        rule = dirichlet_arms.rule(
            {"arm": arm, "trial": trial}, settings, net, np.array
        )
        end, state = theta, rule.init(theta)
        for _ in range(3):
            end, state = rule.update(end, g, state)
        found.append(end)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


def test_arrival_lies_between_epochs():
    """On the logarithm between two epochs; a run that does not arrive counts whole."""
    assert dirichlet_arms.arrival([1.0, 0.1, 0.01], 0.1) == 1
    assert dirichlet_arms.arrival([1.0, 0.1, 0.001], 0.01) == 1.5
    assert dirichlet_arms.arrival([1.0, 0.5], 0.1) == 1


def test_a_journal_knows_every_module_its_rows_come_from(monkeypatch):
    """A module that only gives a function, or only to another, counts as well."""
    pytest.importorskip("numba")
    names = {
        name: {m.__name__.rpartition(".")[2] for m in jobs._reached(jobs.load(name))}
        for name in ("hybrid-mnist", "dirichlet-table-2")
    }
    assert {"hybrid_mnist", "hybrid_mnist_normal", "rules"} <= names["hybrid-mnist"]
    assert "hyper_digits" not in names["hybrid-mnist"]
    assert {"dirichlet_table_1", "dirichlet_torch"} <= names["dirichlet-table-2"]
    module = jobs.load("hyper-digits")
    before = jobs.fingerprint(module, {}, "cpu")
    assert jobs.fingerprint(module, {}, "cpu") == before
    assert jobs.fingerprint(module, {"seeds": [0]}, "cpu") != before
    fewer = jobs._reached(module) - {jobs.load("hyper-digits-runs")}
    monkeypatch.setattr(jobs, "_reached", lambda module: fewer)
    assert jobs.fingerprint(module, {}, "cpu") != before


def test_an_interrupted_experiment_goes_on_where_it_stopped(tmp_path, monkeypatch):
    """Three runs, the third one fails: the second start runs it alone."""
    module, calls = types.ModuleType("three"), []
    module.__file__ = __file__

    def one(job, settings, device, checkpoint):
        calls.append(job["seed"])
        epoch = int(checkpoint.load().get("epoch", 0))
        if job["seed"] == 2 and epoch == 0:
            checkpoint.save(epoch=7)
            raise KeyboardInterrupt
        return {"epoch": epoch}

    module.one, module.jobs = one, lambda s: [{"seed": i} for i in range(3)]
    monkeypatch.setattr(jobs, "load", lambda name: module)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_all("three", {}, "cpu", tmp_path)
    rows = jobs.run_all("three", {}, "cpu", tmp_path)
    assert calls == [0, 1, 2, 2]
    assert [(row["seed"], row["epoch"]) for row in rows] == [(0, 0), (1, 0), (2, 7)]


def test_a_finished_run_leaves_the_journals_of_others(tmp_path):
    """A smoke run does not take away what a full run has done so far."""
    other = tmp_path / "hybrid-tables-0123"
    other.mkdir()
    experiments.reproduce("hybrid-tables", out=tmp_path / "out", journals=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {other.name, "out"}


@pytest.mark.parametrize("where", ["two processes", "a cluster"])
def test_runs_are_the_same_elsewhere(where, tmp_path):
    """Over processes and over a Dask cluster: the rows, in the order of the jobs."""
    name = "lecture-hodgkin-huxley"
    settings = DECLARED[name]["settings"] | {"currents": [0.0, 10.0]}
    here = jobs.run_all(name, settings, "cpu", tmp_path / "here")
    if where == "a cluster":
        pytest.importorskip("distributed")
        with services.cluster(tmp_path, workers=1) as (address, _):
            there = jobs.run_all(name, settings, "cpu", tmp_path, scheduler=address)
    else:
        there = jobs.run_all(name, settings, "cpu", tmp_path, workers=2)
    assert there == here


def test_no_scheduler_is_one_sentence(capsys, monkeypatch, tmp_path):
    """An address where nobody answers is named with what to start."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(experiments, "JOURNALS", tmp_path)
    words = ["lecture-hodgkin-huxley", "--budget", "smoke", "--out", str(tmp_path)]
    assert cli.main(["reproduce", *words, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_after_a_failure_no_other_run_begins(monkeypatch):
    """What waits in the pool is dropped: an interrupted run ends at once."""
    begun = []

    def one(i):
        begun.append(i)
        if i == 0:
            raise KeyboardInterrupt
        time.sleep(0.02)
        return {}

    def pool(workers, mp_context):
        return concurrent.futures.ThreadPoolExecutor(workers)

    monkeypatch.setattr(jobs, "_one", one)
    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", pool)
    with pytest.raises(KeyboardInterrupt):
        list(jobs._results([(i, (i,)) for i in range(100)], 2, None))
    assert len(begun) < 50


@pytest.fixture
def compiled():
    """The compiled passes of the MNIST experiment, where numba is installed."""
    pytest.importorskip("numba")
    from course_tools.experiments import (
        hybrid_mnist_clock,
        hybrid_mnist_kernel,
        hybrid_mnist_normal,
        hybrid_mnist_runs,
    )

    return types.SimpleNamespace(
        kernel=hybrid_mnist_kernel,
        normal=hybrid_mnist_normal,
        runs=hybrid_mnist_runs,
        clock=hybrid_mnist_clock,
    )


def mnist_like(padding, N=37):
    """Network, θ, images with equal pixels and empty corners, labels, targets."""
    rng = np.random.default_rng(padding)
    x = rng.integers(0, 3, (N, 1, 28, 28)) / 2.0 * (rng.random((N, 1, 28, 28)) < 0.3)
    x[: N // 2, :, 8:20, 8:20] = 1.0  # windows with equal pixels: ties
    x[1] = 0.0
    labels = rng.integers(0, 10, N)
    net = mnist_network(padding)
    theta = net.init(rng) + 0.05 * rng.normal(size=net.size)
    return net, theta, x, labels, np.eye(10)[labels]


@pytest.mark.parametrize("padding", [0, 1])
def test_compiled_mnist_passes_are_the_librarys(compiled, padding):
    """Value, gradients and JᵀJ to 1e-12, at ties too, with an incomplete last block."""
    kernel, normal = compiled.kernel, compiled.normal
    net, theta, x, labels, t = mnist_like(padding)
    data = kernel.images(x, labels, padding)

    def same(ours, theirs):
        assert np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()

    whole = NetworkObjective(net, x, t, SquaredError("sum"))
    E, right, g = kernel.value_and_gradient(theta, data)
    y = net.predict(theta, x)
    same(np.array(E), whole.value(theta))
    same(g, whole.value_and_gradient(theta)[1])
    assert (
        right == (y.argmax(axis=1) == labels).mean() == kernel.measure(theta, data)[1]
    )
    same(normal.normal(theta, data), whole.linearize(theta).normal())
    part = np.array([30, 2, 17, 5])
    some = NetworkObjective(net, x[part], t[part], SquaredError("sum"))
    same(
        kernel.value_and_gradient(theta, data, part)[2],
        some.value_and_gradient(theta)[1],
    )
    trunk, head = net.split(first_dense(net))
    a, b = theta[: trunk.size], theta[trunk.size :]
    Z, tape = trunk.forward(a, x)
    same(kernel.trunk_forward(a, data), Z)
    on_Z = NetworkObjective(head, Z, t, SquaredError("sum"))
    E, _, g, grad_Z, Y = kernel.head_pass(b, Z, labels)
    same(g, on_Z.value_and_gradient(b)[1])
    y, cache = head.forward(b, Z)
    same(grad_Z, head.backward(b, cache, y - t)[0])
    same(kernel.trunk_backward(a, data, grad_Z), trunk.backward(a, tape, grad_Z)[1])
    same(normal.head_normal(b, Z, Y), on_Z.linearize(b).normal())


def test_mnist_epochs_are_the_methods_and_resume_bit_by_bit(compiled, tmp_path):
    """Three epochs are those of the library's methods; stopped after one, the same."""
    net, start, x, labels, t = mnist_like(0)
    data = compiled.kernel.images(x, labels, 0)
    whole = NetworkObjective(net, x, t, SquaredError("sum"))
    method = Hybrid(Adam(0.01), LevenbergMarquardt(solve="primal"))

    def parts(k):
        return np.array_split(np.random.default_rng([5, k]).permutation(len(x)), 10)

    def adam(theta, at, k):
        g = whole.value_and_gradient(theta)[1]
        return *Adam(0.01).update(theta, g, at or Adam().init(theta)), None

    steps = {
        "hybrid": lambda theta, at, k: method.step(theta, whole, at),
        "frozen trunk": lambda theta, at, k: Hybrid(Adam(0.0), method.head).step(
            theta, whole, at
        ),
        "hybrid, mean of 10 batches": lambda theta, at, k: mean_step(
            method, theta, whole, parts(k), at
        ),
        "Levenberg-Marquardt": lambda theta, at, k: method.head.step(
            theta, whole, at or method.head.init(theta)
        ),
        "Adam": adam,
    }
    for name, step in steps.items():
        theta, ours, at, state = start, start, None, {}
        rate = 0.0 if name == "frozen trunk" else 0.01
        for epoch in range(3):
            before = float(whole.value(theta))
            theta, at, _ = step(theta, at, epoch)
            if epoch == 1:
                kept = jobs.Checkpoint(tmp_path / "run.npz")
                kept.save(theta=ours, **state)
                saved = kept.load()
                again = saved.pop("theta")
                assert (again == ours).all()
                state = {k: v if v.ndim else v.item() for k, v in saved.items()}
            rng = np.random.default_rng([5, epoch])
            ours, state, found = compiled.runs.epoch(name, rate, data, ours, state, rng)
            assert found[0] == pytest.approx(before, rel=1e-6)
            np.testing.assert_allclose(ours, theta, rtol=1e-6, atol=1e-8, err_msg=name)


def test_a_stopped_mnist_run_is_the_same_run(compiled, tmp_path, monkeypatch):
    """Stopped at its first checkpoint and started again: the same row, but seconds."""
    _, _, x, labels, _ = mnist_like(0)
    data = compiled.kernel.images(x, labels, 0)
    job = {"padding": 0, "method": "Adam, batches of 64", "rate": 0.01, "seed": 3}

    class Stop(jobs.Checkpoint):
        def save(self, **arrays):
            super().save(**arrays)
            raise KeyboardInterrupt

    rows = []
    monkeypatch.setattr(compiled.runs, "EVERY", 0.0)
    for kind in (jobs.Checkpoint, Stop, jobs.Checkpoint):
        path = tmp_path / ("whole.npz" if not rows else "stopped.npz")
        args = (job, {"epochs": {job["method"]: 4}}, data, data, kind(path))
        if kind is Stop:
            with pytest.raises(KeyboardInterrupt):
                compiled.runs.train(*args)
            continue
        rows.append(compiled.runs.train(*args))
    assert [row.pop("seconds") >= 0 for row in rows] == [True, True]
    assert rows[0] == rows[1]


def test_librarys_hybrid_in_chunks_is_the_hybrid(compiled):
    """What the clock measures is `Hybrid.step`, three epochs long."""
    net, start, x, _, t = mnist_like(0, 30)
    objective = compiled.clock.Chunked(net, x, t, 7)
    whole = NetworkObjective(net, x, t, SquaredError("sum"))
    method = Hybrid(Adam(0.01), LevenbergMarquardt(solve="primal"))
    theta, at, ours, state = start, None, start, {}
    for k in range(3):
        theta, at, _ = method.step(theta, whole, at)
        ours, state = compiled.clock.epoch("hybrid", objective, ours, state, k)
        np.testing.assert_allclose(ours, theta, rtol=1e-6, atol=1e-9)


def test_lecture_hodgkin_huxley_counts():
    """The committed spike counts are those known from an independent integration."""
    path = experiments.RESULTS / "lecture-hodgkin-huxley.json"
    table = json.loads(path.read_text(encoding="utf-8"))["table"]
    counts = {
        case: [row["spikes"] for row in table if row["case"] == case]
        for case in ("right", "seven_tenths", "printed")
    }
    assert counts["right"] == [0, 0, 1, 1, 2, 6, 6, 7]
    assert counts["seven_tenths"] == [0, 5, 6, 6, 7, 7, 7, 7]
    assert counts["printed"] == [0] * 8


def test_reproduce_refuses_what_it_does_not_know(capsys, tmp_path):
    """An unknown name is one sentence, exit code 2, and no file."""
    assert cli.main(["reproduce", "table-99", "--out", str(tmp_path)]) == 2
    assert "expected one of" in capsys.readouterr().err
    assert cli.main(["reproduce"]) == 2
    words = ["reproduce", "hybrid-tables", "--jobs", "0", "--out", str(tmp_path)]
    assert cli.main(words) == 2
    assert "--jobs: expected how many runs" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_missing_data_and_packages_are_one_sentence(capsys, monkeypatch, tmp_path):
    """Before a run begins: which package, or which file and where it may lie."""

    def no_data(*args, **more):
        raise DataError("could not fetch the images; copy them")

    monkeypatch.setattr(experiments, "JOURNALS", tmp_path)
    monkeypatch.setattr(jobs, "run_all", no_data)
    words = ["reproduce", "dirichlet-table-1", "--out", str(tmp_path)]
    assert cli.main(words) == 2
    assert capsys.readouterr().err.endswith("could not fetch the images; copy them\n")
    declared = {"some": DECLARED["hybrid-tables"] | {"packages": ["no-such-package"]}}
    monkeypatch.setattr(experiments, "declarations", lambda: declared)
    assert cli.main(["reproduce", "some", "--out", str(tmp_path)]) == 2
    assert "needs the package no-such-package" in capsys.readouterr().err


def test_reproduce_refuses_a_missing_gpu(capsys, monkeypatch):
    """--device cuda without one, or with nothing to do for it, says what to do."""
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert cli.main(["reproduce", "dirichlet-table-2", "--device", "cuda"]) == 2
    assert "expected a CUDA device" in capsys.readouterr().err
    assert cli.main(["reproduce", "dirichlet-table-1", "--device", "cuda"]) == 2
    assert "computes on the CPU only" in capsys.readouterr().err
