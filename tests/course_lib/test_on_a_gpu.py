"""Steps on a GPU are those of the CPU; where there is none, on a pretended one."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib import optim, torch_optim  # noqa: E402
from course_lib.losses import CrossEntropy, SquaredError  # noqa: E402
from course_lib.objectives import NetworkObjective  # noqa: E402
from course_lib.training import fit  # noqa: E402
from tests.course_lib.array_kinds import assert_close, make  # noqa: E402
from tests.course_lib.test_hybrid import small  # noqa: E402
from tests.course_lib.test_torch_optim import (  # noqa: E402
    PAIRS,
    data,
    mlp,
    same_in_both,
)
from tests.pretend_cuda import pretend  # noqa: E402

nn = torch.nn
gpu = pytest.mark.gpu


def trained(device, make_rule, steps=5):
    model = mlp().to(device)
    x, t = (a.to(device) for a in data())
    optimizer = make_rule(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), t).backward()
        optimizer.step()
    theta = nn.utils.parameters_to_vector(model.parameters()).detach()
    assert theta.is_cuda == (device == "cuda")
    return theta


@gpu
@pytest.mark.parametrize("name", PAIRS)
def test_adapter_on_a_gpu(name):
    """Five steps of every adapter end where they end on the CPU."""
    ours = PAIRS[name][0]
    assert_close(trained("cuda", ours), trained("cpu", ours), 1e-9)


@gpu
@pytest.mark.parametrize("solve", ["primal", "dual", "matrix-free", "auto"])
@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
def test_lm_adapter_on_a_gpu(loss, solve):
    """Two Levenberg-Marquardt steps by layers, on every route."""
    ends = []
    for device in ("cpu", "cuda"):
        _, _, module, x, t = same_in_both(loss)
        method = optim.LevenbergMarquardt(damping=0.1, solve=solve)
        module = module.to(device)
        optimizer = torch_optim.LevenbergMarquardt(module, loss, method)
        for _ in range(2):
            optimizer.step(x.to(device), t.to(device))
        assert optimizer.route == "layers"
        ends.append(nn.utils.parameters_to_vector(module.parameters()).detach())
    assert ends[1].is_cuda
    assert_close(*ends, 1e-7)


@gpu
def test_lm_adapter_by_rows_on_a_gpu():
    """A module of a shape of its own: rows by torch.func."""
    ends = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(0)
        module = nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.Linear(4, 3))
        module = module.double().to(device)
        x, t = (a.to(device) for a in data())
        with pytest.warns(UserWarning, match="rows by torch.func"):
            torch_optim.LevenbergMarquardt(module).step(x, t)
        ends.append(nn.utils.parameters_to_vector(module.parameters()).detach())
    assert_close(*ends, 1e-7)


METHODS = {
    "hybrid": optim.Hybrid(),
    "hybrid, sequential": optim.Hybrid(order="sequential"),
    "trust region": optim.LevenbergMarquardt(schedule="trust-region"),
    "Marquardt": optim.LevenbergMarquardt(scaling="marquardt", schedule="nielsen"),
    "BFGS": optim.BFGS(),
    "L-BFGS": optim.LBFGS(),
    "conjugate gradients": optim.ConjugateGradient(),
    "natural gradient": optim.NaturalGradient(),
}


@gpu
@pytest.mark.parametrize("name", METHODS)
def test_method_on_a_gpu(name):
    """Three steps on a convolutional network from arrays on the device."""
    objective, theta = small()
    loss, targets = SquaredError("sum"), objective.t
    if name == "natural gradient":
        loss, targets = CrossEntropy("mean"), np.eye(2)[targets.argmax(axis=1)]
    ends = []
    for kind in ("torch-float64", "cuda-float64"):
        x, t = make(kind, objective.x), make(kind, targets)
        moved = NetworkObjective(objective.network, x, t, loss)
        end, method = make(kind, theta), METHODS[name]
        state = method.init(end)
        for _ in range(3):
            end, state, _ = method.step(end, moved, state)
        ends.append(end)
    assert ends[1].is_cuda
    assert_close(*ends, 1e-7)


@gpu
def test_fit_on_a_gpu():
    """Two epochs of mini-batches drawn by a NumPy generator."""
    objective, theta = small()
    ends = []
    for kind in ("torch-float64", "cuda-float64"):
        x, t = make(kind, objective.x), make(kind, objective.t)
        run = fit(
            objective.network,
            make(kind, theta),
            x,
            t,
            objective.loss,
            optim.Adam(0.01),
            epochs=2,
            batch_size=5,
            rng=np.random.default_rng(0),
        )
        ends.append(run.theta)
    assert_close(*ends, 1e-9)


def test_pretended_device_keeps_the_rules():
    """It says where a tensor is, refuses to mix and to leave, and knows copies."""
    cpu = torch.ones(3)
    with pretend():
        a = torch.zeros(3, device="cuda")
        assert (a + 1).device == torch.device("cuda", 0) and a.is_cuda
        with pytest.raises(RuntimeError, match="found one of shape"):
            a + cpu
        with pytest.raises(TypeError, match="to numpy"):
            a.numpy()
        assert not a.cpu().is_cuda and a.cpu().numpy().sum() == 0
        assert cpu.to(a).is_cuda and not cpu.is_cuda
        assert (a * 2.0 + torch.tensor(1.0)).is_cuda  # numbers may come from anywhere
        layer = nn.Linear(3, 2).to("cuda")
        layer(a[None]).sum().backward()
        assert layer.weight.grad.is_cuda
        with pytest.raises(RuntimeError, match="on the CPU"):
            layer(cpu[None])
