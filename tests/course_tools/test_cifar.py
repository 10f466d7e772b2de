"""CIFAR-10 runs in torch: networks as published, shifts, rule, resumed runs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.optim import Momentum  # noqa: E402
from course_lib.schedules import one_cycle_linear  # noqa: E402
from course_tools.experiments import cifar  # noqa: E402
from course_tools.experiments.jobs import Checkpoint  # noqa: E402


def _images(n=64, device="cpu"):
    """Noise whose classes differ in one corner."""
    rng = np.random.default_rng(0)
    t = rng.integers(0, 10, n)
    x = rng.standard_normal((n, 3, 32, 32)).astype(np.float32)
    x[np.arange(n), 0, 10:20, 2 * t] += 8
    return cifar.Images(torch.tensor(x, device=device), torch.tensor(t, device=device))


@pytest.mark.parametrize(
    "name, parameters, millions",
    [
        ("ResNet-32", 464_154, 68.9),
        ("DenseNet-40", 1_019_722, 264.8),
        ("ResNet-9", 6_573_120, 379.3),
    ],
)
def test_networks_have_the_published_size(name, parameters, millions):
    """0.46 and 1.02 million parameters, 69 and 265 million multiplications."""
    net = cifar.NETWORKS[name]().eval()
    found = []

    def count(module, _, y):
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            found.append(module.weight.numel() * y[0, 0].numel())

    for module in net.modules():
        module.register_forward_hook(count)
    with torch.no_grad():
        assert net(torch.zeros(1, 3, 32, 32)).shape == (1, 10)
    assert sum(p.numel() for p in net.parameters()) == parameters
    assert sum(found) / 1e6 == pytest.approx(millions, abs=0.1)


def test_augmented_images_are_windows_of_the_padded_ones():
    """Each is one of 81 shifts, as it is or mirrored; both kinds occur; 64 cut out."""
    data = _images(16)
    order = torch.arange(16)
    x = data.augmented(order, torch.Generator().manual_seed(0))
    padded, mirrored = torch.nn.functional.pad(data.x, (4, 4, 4, 4)), set()
    for i in range(16):
        hits = [
            flip
            for dy in range(9)
            for dx in range(9)
            for flip in (False, True)
            if torch.equal(
                x[i].flip(2) if flip else x[i],
                padded[i, :, dy : dy + 32, dx : dx + 32],
            )
        ]
        assert len(hits) == 1
        mirrored.update(hits)
    assert mirrored == {False, True}
    cut = data.augmented(order, torch.Generator().manual_seed(0), cutout=8)
    assert (((cut == 0) & (x != 0)).flatten(1).sum(1) > 100).all()
    assert torch.equal(cut[cut != 0], x[cut != 0])


def test_rule_is_heavy_ball_of_the_course():
    """torch's SGD under a cycle of rate and momentum: `Momentum` step by step."""
    schedule = one_cycle_linear(0.02, 0.2)
    theta = np.array([1.0, -2.0, 0.5])
    weight = torch.tensor(theta, requires_grad=True)
    other = torch.optim.SGD([weight], lr=1.0, momentum=0.9, weight_decay=0.01)
    rule = Momentum(1.0, weight_decay=0.01)
    state = rule.init(theta)
    for k in range(20):
        now = schedule(k / 20)
        other.param_groups[0].update(lr=now["learning_rate"], momentum=now["mu"])
        other.zero_grad()
        (weight**4 / 4).sum().backward()
        other.step()
        theta, state = replace(rule, **now).update(theta, theta**3, state)
        np.testing.assert_allclose(weight.detach(), theta, rtol=1e-12)


def test_a_stopped_run_resumes_as_the_same_one(tmp_path, monkeypatch):
    """Saved after every epoch and stopped after two of four: equal to the last bit."""
    data, recipe = (
        _images(),
        cifar.Recipe(*("ResNet-32", one_cycle_linear(0.01, 0.1), 4, 16), size=(8, 4)),
    )
    whole, row = cifar.train(recipe, 0, data, "cpu")
    ticks = iter(range(0, 100_000, 100))
    monkeypatch.setattr(cifar.time, "monotonic", lambda: next(ticks))
    kept = Checkpoint(tmp_path / "run.npz")

    class Stopped(Checkpoint):
        def save(self, **arrays):
            kept.save(**arrays)
            if len(arrays["losses"]) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cifar.train(recipe, 0, data, "cpu", Stopped(tmp_path / "run.npz"))
    net, again = cifar.train(recipe, 0, data, "cpu", kept)
    assert again["losses"] == row["losses"]
    pairs = zip(net.state_dict().values(), whole.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_tuned_arm_is_the_one_the_other_starts_choose():
    """A start whose own validation prefers another arm does not get it."""
    rows = [
        {"arm": arm, "seed": seed, "validation": v, "test": 10 * k + seed}
        for k, (arm, held) in enumerate((("a", (9, 1, 1)), ("b", (2, 3, 3))))
        for seed, v in enumerate(held)
    ]
    assert cifar.tuned(rows, ["a", "b"]) == [10, 1, 2]


@pytest.mark.gpu
def test_run_on_the_gpu_learns():
    """Half precision, channels last: the loss falls, and every image is read."""
    recipe = cifar.Recipe("ResNet-32", one_cycle_linear(0.01, 0.1), 8, 32, size=(8, 8))
    data = _images(256, "cuda")
    net, row = cifar.train(recipe, 0, data, "cuda")
    assert row["losses"][-1] < row["losses"][0] - 0.2
    assert cifar.measured(net, data)["accuracy"] > 15
    assert all(b < a + 1 for a, b in pairwise(row["losses"]))
