"""The adapters on foreign modules: equal to torch's own, and careful with the rest."""

import copy
import io
import pickle
import warnings
from importlib.util import find_spec

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib import optim, torch_optim  # noqa: E402
from course_lib.activations import tanh  # noqa: E402
from course_lib.layers import Activation, Dense  # noqa: E402
from course_lib.losses import CrossEntropy, SquaredError  # noqa: E402
from course_lib.networks.sequential import Sequential  # noqa: E402
from course_lib.objectives import NetworkObjective  # noqa: E402
from course_lib.optim.method import Status  # noqa: E402
from course_lib.schedules import range_test  # noqa: E402
from course_lib.training import minimize  # noqa: E402

nn = torch.nn


def mlp(seed=0, dtype=torch.float64):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 300), nn.Tanh(), nn.Linear(300, 3)).to(dtype)


def data(N=12, shape=(6,), K=3, seed=1):
    rng = np.random.default_rng(seed)
    return torch.tensor(rng.normal(size=(N, *shape))), torch.tensor(rng.random((N, K)))


def train(model, optimizer, steps=25, scheduler=None):
    x, t = data()
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), t).backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
    return nn.utils.parameters_to_vector(model.parameters()).detach()


PAIRS = {
    "sgd": (
        lambda p: torch_optim.SGD(p, lr=0.05),
        lambda p: torch.optim.SGD(p, lr=0.05),
    ),
    "momentum": (
        lambda p: torch_optim.SGD(
            p, lr=0.05, momentum=0.9, dampening=0.2, weight_decay=0.01
        ),
        lambda p: torch.optim.SGD(
            p, lr=0.05, momentum=0.9, dampening=0.2, weight_decay=0.01
        ),
    ),
    "nesterov": (
        lambda p: torch_optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    "adam": (
        lambda p: torch_optim.Adam(p, lr=0.01, weight_decay=0.01),
        lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.01),
    ),
    "adamw": (
        lambda p: torch_optim.AdamW(p, lr=0.01),
        lambda p: torch.optim.AdamW(p, lr=0.01),
    ),
    "adagrad": (
        lambda p: torch_optim.AdaGrad(p, lr=0.05),
        lambda p: torch.optim.Adagrad(p, lr=0.05),
    ),
    "adadelta": (
        lambda p: torch_optim.AdaDelta(p),
        lambda p: torch.optim.Adadelta(p, lr=1.0),
    ),
    "rmsprop": (
        lambda p: torch_optim.RMSProp(p, lr=0.01),
        lambda p: torch.optim.RMSprop(p, lr=0.01),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_adapter_is_torchs(name):
    """Twenty-five steps on a module end where torch.optim ends, to 1e-11."""
    ours, theirs = PAIRS[name]
    model, other = mlp(), mlp()
    a = train(model, ours(model.parameters()))
    b = train(other, theirs(other.parameters()))
    torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-13)


RULES = {
    "sgd": (
        lambda p: torch_optim.SGD(p, lr=0.1, momentum=0.8, nesterov=True),
        optim.Momentum(0.1, 0.8, nesterov=True),
    ),
    "adamw": (lambda p: torch_optim.AdamW(p, lr=0.1), optim.AdamW(0.1)),
    "ngdm": (
        lambda p: torch_optim.NGDM(p, lr=0.1, alpha=4.0, slope=0.0),
        optim.NGDM(0.1, alpha=4.0),
    ),
    "rprop": (lambda p: torch_optim.Rprop(p), optim.Rprop()),
    "apollo": (lambda p: torch_optim.Apollo(p, lr=0.01), optim.Apollo(0.01)),
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", RULES)
def test_pieces_equal_the_pure_rule(name, dtype):
    """100 000 numbers in pieces, ten noisy steps: the pure rule's θ to rounding."""
    make, rule = RULES[name]
    rng = np.random.default_rng(0)
    start = torch.tensor(rng.normal(size=100_000), dtype=dtype)
    p = nn.Parameter(start.clone())
    optimizer, theta, state = make([p]), start, rule.init(start)
    address = p.data_ptr()
    for _ in range(10):
        g = torch.tensor(rng.normal(size=100_000), dtype=dtype)
        p.grad = g.clone()
        optimizer.step()
        theta, state = rule.update(theta, g, state)
    tolerance = 1e-12 if dtype is torch.float64 else 2e-5
    torch.testing.assert_close(p.detach(), theta, rtol=tolerance, atol=tolerance)
    assert p.data_ptr() == address  # the user's storage


def test_irprop_plus_takes_the_loss_from_its_closure():
    """Forty steps on a module are `minimize`'s on the vector; no closure, no step."""
    net, theta, module, x, t = same_in_both("squared")
    objective = NetworkObjective(net, x.numpy(), t.numpy(), SquaredError("sum"))
    optimizer = torch_optim.IRpropPlus(module.parameters())

    def closure():
        optimizer.zero_grad()
        loss = ((module(x) - t) ** 2).sum() / 2
        loss.backward()
        return loss

    for _ in range(40):
        optimizer.step(closure)
    expected = minimize(objective, theta, optim.IRpropPlus(), iterations=40)
    ours = nn.utils.parameters_to_vector(module.parameters()).detach()
    np.testing.assert_allclose(ours, expected.theta, rtol=1e-7)
    with pytest.raises(ValueError, match="closure: expected one that returns"):
        optimizer.step()


FUSED = {
    "SGD": {"lr": 0.05},
    "SGD momentum": {
        "lr": 0.05,
        "momentum": 0.9,
        "dampening": 0.2,
        "weight_decay": 0.1,
    },
    "SGD Nesterov": {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    "Adam": {"lr": 0.01, "weight_decay": 0.1},
    "AdamW": {"lr": 0.01, "weight_decay": 0.1},
    "AdaGrad": {"lr": 0.05, "weight_decay": 0.1},
    "RMSProp": {"lr": 0.01, "weight_decay": 0.1},
    "NGDM": {"lr": 0.01, "dampening": 0.2, "weight_decay": 0.1},
}


@pytest.mark.skipif(not find_spec("numba"), reason="requires numba: not installed")
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", FUSED)
def test_one_compiled_pass_equals_the_pieces(name, dtype):
    """fused=True ends where fused=False ends, after a change over in the middle too."""
    kind, options = getattr(torch_optim, name.split()[0]), FUSED[name]
    ends = []
    for fused in (False, True):
        model = mlp(dtype=dtype)
        x, t = (a.to(dtype) for a in data())
        optimizer = kind(model.parameters(), **options, fused=fused)
        for k in range(12):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), t).backward()
            optimizer.step()
            if k == 5:
                kept = optimizer.state_dict()
                optimizer = kind(model.parameters(), **options, fused=fused)
                optimizer.load_state_dict(copy.deepcopy(kept))
        ends.append(nn.utils.parameters_to_vector(model.parameters()).detach())
    tight = 1e-12 if dtype == torch.float64 else 1e-5
    assert torch.allclose(*ends, rtol=tight, atol=tight)


def test_fused_refuses_what_it_cannot_do():
    """A parameter that is not contiguous; a graph that the step has changed."""
    if not find_spec("numba"):
        with pytest.raises(ValueError, match="fused: expected numba"):
            torch_optim.Adam(mlp().parameters(), fused=True)
        return
    p = torch.zeros(3, 4).T.requires_grad_()
    p.grad = torch.ones_like(p)
    with pytest.raises(ValueError, match="fused: expected contiguous"):
        torch_optim.Adam([p], fused=True).step()
    p = torch.ones(3, requires_grad=True)
    loss = (p * p).sum()
    loss.backward(retain_graph=True)
    torch_optim.SGD([p], lr=0.1, fused=True).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_groups_schedulers_and_state_dict():
    """Two rates, a scheduler, and a run resumed from state_dict: torch's numbers."""

    def parts(model):
        return [
            {"params": model[0].parameters(), "lr": 0.02},
            {"params": model[2].parameters()},
        ]

    ends = []
    for kind in (torch_optim.Adam, torch.optim.Adam):
        model = mlp()
        optimizer = kind(parts(model), lr=0.005)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.5)
        train(model, optimizer, 10, scheduler)
        buffer = io.BytesIO()
        torch.save([model.state_dict(), optimizer.state_dict()], buffer)
        buffer.seek(0)
        weights, state = torch.load(buffer, weights_only=False)
        again = mlp(seed=9)
        again.load_state_dict(weights)
        other = kind(parts(again), lr=1.0)
        other.load_state_dict(state)
        ends.append(train(again, other, 10))
        torch.testing.assert_close(train(model, optimizer, 10), ends[-1])
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-11, atol=1e-13)


def test_tied_frozen_and_missing_gradients():
    """A tied weight moves once, a frozen and an unused parameter not at all."""
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)).double()
    model[2].weight = model[0].weight
    model[0].bias.requires_grad_(False)
    unused = nn.Parameter(torch.ones(2, dtype=torch.float64))
    before = copy.deepcopy(model)
    optimizer = torch_optim.SGD([*model.parameters(), unused], lr=0.1)
    model(torch.ones(2, 4, dtype=torch.float64)).sum().backward()
    g = model[0].weight.grad.clone()
    optimizer.step()
    torch.testing.assert_close(model[0].weight, before[0].weight - 0.1 * g)
    assert (model[0].bias == before[0].bias).all() and (unused == 1).all()


@pytest.mark.parametrize("kind", ["conv", "lstm", "attention", "residual"])
def test_foreign_modules(kind):
    """BatchNorm, LSTM, attention, residual: ten Adam steps as torch's."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            if kind == "conv":
                self.body = nn.Sequential(
                    nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()
                )
                self.head = nn.Linear(64, 3)
            elif kind == "lstm":
                self.body, self.head = nn.LSTM(6, 5, batch_first=True), nn.Linear(5, 3)
            elif kind == "attention":
                self.body = nn.MultiheadAttention(6, 2, batch_first=True)
                self.head = nn.Linear(6, 3)
            else:
                self.body, self.head = nn.Linear(36, 36), nn.Linear(36, 3)

        def forward(self, x):
            if kind == "conv":
                return self.head(self.body(x[:, None]))
            if kind == "lstm":
                return self.head(self.body(x)[0][:, -1])
            if kind == "attention":
                return self.head(self.body(x, x, x)[0].mean(1))
            x = x.flatten(1)
            return self.head(x + torch.tanh(self.body(x)))

    rng = np.random.default_rng(0)
    x = torch.tensor(rng.normal(size=(8, 6, 6)))
    t = torch.tensor(rng.random((8, 3)))
    ends = []
    for make in (torch_optim.Adam, torch.optim.Adam):
        model = Net().double()
        optimizer = make(model.parameters(), lr=0.01)
        for _ in range(10):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), t).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        ends.append(nn.utils.parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-9, atol=1e-11)


ADAPTERS = {
    **{name: {} for name in ("SGD", "Adam", "AdamW", "AdaGrad", "AdaDelta", "RMSProp")},
    **{name: {} for name in ("Rprop", "Quickprop")},
    **{name: {"lr": 0.01} for name in ("Apollo", "NGDM")},
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_module_may_move_after_construction(name):
    """model.to(dtype) and load_state_dict afterwards: as if built there and so."""
    options = ADAPTERS[name] | ({"momentum": 0.9} if name == "SGD" else {})
    ends = []
    for dtype in (torch.float64, torch.float32):
        model = mlp(dtype=dtype)
        optimizer = getattr(torch_optim, name)(model.parameters(), **options)
        model.to(torch.float64).load_state_dict(mlp(seed=3).state_dict())
        ends.append(train(model, optimizer, 3))
    start = nn.utils.parameters_to_vector(mlp(seed=3).parameters())
    assert torch.equal(*ends) and not torch.equal(ends[0], start)


@pytest.mark.parametrize("name", [*ADAPTERS, "LevenbergMarquardt"])
def test_state_follows_a_change_of_dtype(name):
    """Steps in float32, model.double(), steps in float64, all state with it."""
    model, (x, t) = mlp(dtype=torch.float32), data()
    if name == "LevenbergMarquardt":
        optimizer = torch_optim.LevenbergMarquardt(model)
        first = optimizer.step(x.float(), t.float()).value
        model.double()
        assert optimizer.step(x, t).value < first
        return
    options = ADAPTERS[name] | ({"momentum": 0.9} if name == "SGD" else {})
    optimizer = getattr(torch_optim, name)(model.parameters(), **options)
    nn.functional.mse_loss(model(x.float()), t.float()).backward()
    optimizer.step()
    model.double()
    assert train(model, optimizer, 2).dtype == torch.float64
    kept = [v for each in optimizer.state.values() for v in each.values()]
    tensors = [value for value in kept if torch.is_tensor(value)]
    assert tensors and all(value.dtype == torch.float64 for value in tensors)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))]
)
@pytest.mark.parametrize("name", ["Adam", "LevenbergMarquardt"])
def test_copies_go_on_as_the_original(name, copied):
    """Deep copies and pickles of module and optimizer take the same next steps."""
    model = mlp()
    if name == "Adam":
        pair = model, torch_optim.Adam(model.parameters(), lr=0.01)
    else:
        pair = model, torch_optim.LevenbergMarquardt(model)
    ends = []
    for _ in range(2):
        model, optimizer = copied(pair)
        if name == "Adam":
            train(model, optimizer, 3)
        else:
            optimizer.step(*data())
            optimizer.step(*data())
        ends.append(nn.utils.parameters_to_vector(model.parameters()).detach())
        assert not torch.equal(
            ends[-1], nn.utils.parameters_to_vector(pair[0].parameters())
        )
    torch.testing.assert_close(ends[0], ends[1], rtol=0, atol=0)


def test_compiled_modules():
    """torch.compile around the module: Adam and LM as on the plain one."""
    ends = []
    for wrap in (lambda m: m, lambda m: torch.compile(m, backend="eager")):
        model = wrap(mlp())
        train(model, torch_optim.Adam(model.parameters(), lr=0.01), 5)
        lm = torch_optim.LevenbergMarquardt(model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a Linear ran 0 times: rows instead
            lm.step(*data())
        ends.append(nn.utils.parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-8, atol=1e-10)


def test_dropout_draws_as_with_torch():
    """The adapter draws nothing itself: same seed, same masks, same path as torch's."""
    ends = []
    for make in (torch_optim.Adam, torch.optim.Adam):
        plain = mlp()
        model = nn.Sequential(plain[0], nn.Dropout(0.5), *plain[1:])
        torch.manual_seed(5)
        ends.append(train(model, make(model.parameters(), lr=0.01), 10))
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-11, atol=1e-13)


# The range test ---------------------------------------------------------------------


class Reader(nn.Module):
    """BatchNorm, dropout, and a buffer that no state_dict knows."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.norm = nn.Linear(6, 8), nn.BatchNorm1d(8)
        self.drop, self.b = nn.Dropout(0.2), nn.Linear(8, 3)
        self.register_buffer("seen", torch.zeros(()), persistent=False)

    def forward(self, x):
        self.seen += len(x)
        return self.b(self.drop(torch.tanh(self.norm(self.a(x)))))


def as_it_is(model, optimizer):
    """Everything that a run depends on, by name, copied."""
    named = dict(model.named_parameters()) | dict(model.named_buffers())
    found = {name: a.detach().clone() for name, a in named.items()}
    found |= {f"grad {n}": p.grad.clone() for n, p in model.named_parameters()}
    for i, kept in optimizer.state_dict()["state"].items():
        found |= {f"state {i} {n}": torch.as_tensor(v) for n, v in kept.items()}
    found["rng"] = torch.get_rng_state()
    rates = torch.tensor([group["lr"] for group in optimizer.param_groups])
    return copy.deepcopy(found | {"rates": rates})


@pytest.mark.parametrize("library", [torch_optim, torch.optim])
@pytest.mark.parametrize("ends", ["well", "badly"])
def test_range_test_puts_everything_back(library, ends):
    """Parameters, buffers, gradients, state, rates, random numbers: bit by bit."""
    model, (x, t) = Reader().double(), data(30)
    parts = [
        {"params": model.a.parameters(), "lr": 0.2},
        {"params": model.b.parameters()},
    ]
    parts.append({"params": model.norm.parameters()})
    optimizer = library.SGD(parts, lr=0.05, momentum=0.9)

    def loss(k):
        if ends == "badly" and k == 7:
            raise OSError("no more data")
        part = np.arange(10) + 10 * (k % 3)
        return nn.functional.mse_loss(model(x[part]), t[part])

    for k in range(3):
        optimizer.zero_grad()
        loss(k).backward()
        optimizer.step()
    before = as_it_is(model, optimizer)
    if ends == "badly":
        with pytest.raises(OSError):
            torch_optim.range_test(model, optimizer, loss)
    else:
        found = torch_optim.range_test(model, optimizer, loss, 1e-4, 1e3, 60)
        assert found.diverged < 1e3 and 1e-4 < found.steepest < found.diverged
        again = torch_optim.range_test(model, optimizer, loss, 1e-4, 1e3, 60)
        np.testing.assert_array_equal(found.losses, again.losses)
    after = as_it_is(model, optimizer)
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert torch.equal(value, after[name]), name
    assert model.seen == 30 and model.norm.num_batches_tracked == 3


def test_range_test_of_a_module_is_that_of_its_vector():
    """The same rates and losses as `schedules.range_test` on θ; nothing if raised."""
    net, theta, module, x, t = same_in_both("squared")
    objective = NetworkObjective(net, x.numpy(), t.numpy(), SquaredError("mean"))
    expected = range_test(
        lambda th, k: objective.value_and_gradient(th), theta, optim.Adam(), 1e-4, 10.0
    )
    found = torch_optim.range_test(
        module,
        torch_optim.Adam(module.parameters()),
        lambda k: ((module(x) - t) ** 2).sum() / 2 / len(x),
        *(1e-4, 10.0),
    )
    np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-9)
    assert found.tenth == pytest.approx(expected.tenth)


# Levenberg-Marquardt ----------------------------------------------------------------


def same_in_both(loss, N=7):
    """A module and the library's network with the same θ, inputs and targets."""
    net = Sequential([Dense(4, 5), Activation(tanh), Dense(5, 3)])
    theta = net.init(np.random.default_rng(0))
    module = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    nn.utils.vector_to_parameters(torch.tensor(theta), module.parameters())
    x, t = data(N, (4,), 3)
    if loss == "cross_entropy":
        t = t / t.sum(1, keepdim=True)
    return net, theta, module, x, t


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("solve", ["primal", "dual", "auto"])
def test_lm_on_a_module_is_the_librarys(loss, solve):
    """Three steps end at the θ of the library's own network, by layers."""
    net, theta, module, x, t = same_in_both(loss)
    method = optim.LevenbergMarquardt(damping=0.1, solve=solve)
    optimizer = torch_optim.LevenbergMarquardt(module, loss, method)
    kind = SquaredError("sum") if loss == "squared" else CrossEntropy("sum")
    objective = NetworkObjective(net, x.numpy(), t.numpy(), kind)
    state = method.init(theta)
    for _ in range(3):
        info = optimizer.step(x, t)
        theta, state, expected = method.step(theta, objective, state)
        assert info.value == pytest.approx(expected.value, rel=1e-8)
    assert optimizer.route == "layers"
    ours = nn.utils.parameters_to_vector(module.parameters()).detach()
    np.testing.assert_allclose(ours, theta, rtol=1e-6, atol=1e-9)


def jacobian_by_autograd(model, x):
    """∂y/∂θ (N, K, P) of the whole batch, by one backward pass for each number."""
    params, y = [p for p in model.parameters() if p.requires_grad], model(x)
    rows = []
    for each in y.reshape(-1):
        found = torch.autograd.grad(each, params, retain_graph=True)
        rows.append(torch.cat([g.reshape(-1) for g in found]))
    return torch.stack(rows).reshape(*y.shape, -1)


def convolutional():
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(1, 3, 3, stride=2, padding=1), nn.Tanh(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(12, 4, bias=False), nn.Tanh(), nn.Linear(4, 2)),
    ).double()


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_primal_dual_gram_and_autograd_are_one(kind, loss):
    """J, JᵀJ, J Jᵀ and the step of each route equal autograd's to 1e-10."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    x, t = data(7, (6,), 3)
    if kind == "conv":
        model, (x, t) = convolutional(), data(7, (1, 8, 8), 2)
    optimizer = torch_optim.LevenbergMarquardt(model, loss)
    if loss == "cross_entropy":
        t = t / t.sum(1, keepdim=True)
    objective, theta = optimizer._objective(x, t)
    lin = objective.linearize(theta)
    assert optimizer.route == "layers"
    J = jacobian_by_autograd(model, x)
    y = model(x).detach()
    u = (y - t).reshape(-1)
    if loss == "cross_entropy":
        p = y.softmax(1)
        S = torch.diag_embed(p.sqrt()) - p[:, :, None] * p.sqrt()[:, None, :]
        J, u = S.transpose(1, 2) @ J, ((p - t) / p.sqrt()).reshape(-1)
    J = J.flatten(0, 1)
    P = J.shape[1]
    step = -torch.linalg.solve(J.T @ J + 0.3 * torch.eye(P).double(), J.T @ u)
    close = {"rtol": 0, "atol": 1e-10}
    torch.testing.assert_close(lin.r, u, **close)
    torch.testing.assert_close(lin.jacobian(), J, **close)
    torch.testing.assert_close(lin.normal(), J.T @ J, **close)
    torch.testing.assert_close(lin.gram(), J @ J.T, **close)
    for solve in ("primal", "dual"):
        system = optim.LevenbergMarquardt(solve=solve).system(lin, theta)
        torch.testing.assert_close(system.step(0.3), step, **close)
    free = optim.LevenbergMarquardt(solve="matrix-free").system(lin, theta)
    torch.testing.assert_close(free.step(0.3), step, rtol=0, atol=1e-7)


class Tokens(nn.Module):
    """Sequences (N, 5, 3) to one output, by an LSTM, a GRU, or attention."""

    def __init__(self, kind):
        super().__init__()
        torch.manual_seed(0)
        self.kind, self.head = kind, nn.Linear(4, 2)
        self.first = nn.Linear(3, 4)
        if kind == "attention":
            self.body = nn.MultiheadAttention(4, 2, batch_first=True)
        elif kind == "transformer":
            self.body = nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True)
        else:
            self.body = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](4, 4, batch_first=True)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        if self.kind == "attention":
            h = h + self.body(h, h, h)[0]
        else:
            h = self.body(h)
        return self.head(h[0][:, -1] if isinstance(h, tuple) else h.mean(1))


class Residual(nn.Module):
    """x + tanh(W x), plain or with one weight matrix in two places."""

    def __init__(self, tied):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.head = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)
        if tied:
            self.b.weight = self.a.weight

    def forward(self, x):
        h = x + torch.tanh(self.a(x))
        return self.head(h + torch.tanh(self.b(h)))


def normalized():
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten()),
        *(nn.Dropout(0.5), nn.Linear(8, 2)),
    ).double()
    for _ in range(3):
        model(data(9, (1, 4, 4), 2)[0])  # statistics other than 0 and 1
    return model.eval()


def weight_normed():
    torch.manual_seed(0)
    first = nn.utils.parametrizations.weight_norm(nn.Linear(4, 3))
    return nn.Sequential(first, nn.Tanh(), nn.Linear(3, 2))


FOREIGN = {
    "lstm": (lambda: Tokens("lstm"), (5, 3), "rows"),
    "gru": (lambda: Tokens("gru"), (5, 3), "rows"),
    "attention": (lambda: Tokens("attention"), (5, 3), "rows"),
    "attention, eval": (lambda: Tokens("attention").eval(), (5, 3), "rows"),
    "transformer": (lambda: Tokens("transformer"), (5, 3), "rows"),
    "transformer, eval": (lambda: Tokens("transformer").eval(), (5, 3), "rows"),
    "residual": (lambda: Residual(tied=False), (4,), "layers"),
    "tied weights": (lambda: Residual(tied=True), (4,), "rows"),
    "BatchNorm and dropout, eval": (normalized, (1, 4, 4), "rows"),
    "weight norm": (weight_normed, (4,), "rows"),
    "compiled": (
        lambda: torch.compile(Residual(tied=False), backend="eager"),
        (4,),
        None,  # by layers if it saw the hooks before it was compiled
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_lm_on_foreign_modules_is_exact(name):
    """J by whichever way equals autograd's over the whole batch, and the loss falls."""
    make, shape, route = FOREIGN[name]
    model, (x, t) = make().double(), data(6, shape, 2)
    optimizer = torch_optim.LevenbergMarquardt(model)
    objective, theta = optimizer._objective(x, t)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which way, and torch.func on its speed
        J = objective.linearize(theta).jacobian()
        values = [optimizer.step(x, t).value for _ in range(6)]
    assert route in (optimizer.route, None)
    model = make().double()
    expected = jacobian_by_autograd(model, x).flatten(0, 1)
    torch.testing.assert_close(J, expected, rtol=0, atol=1e-10)
    assert (np.diff(values) <= 0).all() and values[-1] < 0.5 * values[0]


def test_lm_on_convolutions_by_layers():
    """Stride, padding, pooling: eight steps by layer blocks, and the loss falls."""
    model = convolutional()
    x, t = data(9, (1, 8, 8), 2)
    optimizer = torch_optim.LevenbergMarquardt(model)
    values = [optimizer.step(x, t).value for _ in range(8)]
    assert optimizer.route == "layers"
    assert values[-1] < 0.2 * values[0] and (np.diff(values) <= 0).all()


def test_lm_on_one_sample():
    """A batch of one sample goes by layers too, and its loss falls to 0."""
    model, (x, t) = mlp(), data(1)
    optimizer = torch_optim.LevenbergMarquardt(model)
    for _ in range(8):
        info = optimizer.step(x, t)
    assert optimizer.route == "layers" and info.value < 1e-12


@pytest.mark.parametrize("kind", ["reused", "in place", "frozen", "norm"])
def test_lm_falls_back_to_rows_with_a_sentence(kind):
    """A reused layer, an in-place ReLU, frozen or other parameters: still exact."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.a, self.b, self.norm = (
                nn.Linear(4, 4),
                nn.Linear(4, 2),
                nn.LayerNorm(4),
            )
            if kind != "norm":
                self.norm.requires_grad_(False)
            if kind == "frozen":
                self.a.weight.requires_grad_(False)

        def forward(self, x):
            h = self.a(x)
            if kind == "reused":
                h = self.a(torch.tanh(h))
            if kind == "in place":
                return self.b(torch.relu_(h) + x)
            return self.b(torch.tanh(self.norm(h) if kind == "norm" else h))

    model, (x, t) = Net().double(), data(8, (4,), 2)
    if kind != "norm":
        del model.norm
    optimizer = torch_optim.LevenbergMarquardt(model)
    with pytest.warns(UserWarning, match=r"torch\.func instead"):
        first = optimizer.step(x, t).value
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # told once
        last = [optimizer.step(x, t).value for _ in range(4)][-1]
    assert optimizer.route == "rows" and last < first


def test_lm_explains_its_routes():
    """Sizes first, the cheapest route next; the model stays as it was."""
    x, t = data()
    model = mlp()
    before = nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    told = torch_optim.LevenbergMarquardt(model).explain(x, t).splitlines()
    assert told[0] == f"{12 * 3} rows, {before.numel()} parameters"
    assert [line.split()[0] for line in told[2:]] == ["dual", "matrix-free", "primal"]
    assert all(float(number) > 0 for line in told[2:] for number in line.split()[1:3])
    tight = torch_optim.LevenbergMarquardt(
        model, method=optim.LevenbergMarquardt(memory_limit=1e6)
    )
    assert [
        line[-7:] == "too big" for line in tight.explain(x, t).splitlines()[2:]
    ] == [*(False, False, True)]
    assert torch.equal(nn.utils.parameters_to_vector(model.parameters()), before)


class By(nn.Module):
    """A function between two layers, where no module can be asked."""

    def __init__(self, function):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.function = nn.Linear(4, 4), nn.Linear(4, 2), function

    def forward(self, x):
        return self.b(self.function(torch.tanh(self.a(x))))


def with_layer(layer):
    return nn.Sequential(nn.Linear(4, 4), layer, nn.Linear(4, 2))


@pytest.mark.parametrize(
    "make, shape, sentence",
    [
        (lambda: with_layer(nn.BatchNorm1d(4)), (4,), r"call model\.eval\(\)"),
        (lambda: with_layer(nn.Dropout(0.5)), (4,), r"call model\.eval\(\)"),
        (
            lambda: with_layer(nn.BatchNorm1d(4, track_running_stats=False)).eval(),
            *((4,), "without running statistics mixes"),
        ),
        (lambda: Rate(nn.LSTM(3, 2, 2, dropout=0.5)), (5, 3), "dropout 'body'"),
        (
            lambda: Rate(nn.MultiheadAttention(3, 1, dropout=0.5, batch_first=True)),
            *((5, 3), "dropout 'body'"),
        ),
        (lambda: By(lambda h: h - h.mean(0)), (4,), "something mixes samples"),
        (lambda: By(nn.functional.dropout), (4,), "or draws at random"),
    ],
)
def test_lm_refuses_what_mixes_samples(make, shape, sentence):
    """BatchNorm, dropout, a batch mean by hand: one sentence with the remedy."""
    model, (x, t) = make().double(), data(6, shape, 2)
    before = nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    optimizer = torch_optim.LevenbergMarquardt(model)
    with pytest.raises(ValueError, match=sentence):
        optimizer.step(x, t)
    assert torch.equal(nn.utils.parameters_to_vector(model.parameters()), before)


class Rate(nn.Module):
    """A body with a dropout of its own, and its mean over time."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        attends = isinstance(self.body, nn.MultiheadAttention)
        return self.body(*[x] * (3 if attends else 1))[0].mean(1)


def test_lm_looks_again_at_a_changed_module():
    """A layer exchanged after the first step is probed as one at the first is."""

    class Scale(nn.Module):
        def forward(self, x):
            return 2 * x

    class InPlace(nn.Module):
        def forward(self, x):
            return x.mul_(2.0)

    class Centred(nn.Module):
        def forward(self, x):
            return x - x.mean(dim=0)

    torch.manual_seed(0)
    model, (x, t) = with_layer(Scale()).double(), data(8, (4,), 2)
    optimizer = torch_optim.LevenbergMarquardt(model)
    optimizer.step(x, t)
    assert optimizer.route == "layers"
    model[1] = InPlace()
    with pytest.warns(UserWarning, match="in place"):
        optimizer.step(x, t)
    assert optimizer.route == "rows"
    model[1] = Scale()
    copied = copy.deepcopy(optimizer)
    for each in (optimizer, copied):
        each.step(x, t)
        assert each.route == "layers" and each.probed == list(each.model.modules())
    model[1] = Centred()
    with pytest.raises(ValueError, match="mixes samples"):
        optimizer.step(x, t)


def test_lm_state_survives_a_save():
    """λ is part of state_dict."""
    _, _, module, x, t = same_in_both("squared")
    optimizer = torch_optim.LevenbergMarquardt(module)
    optimizer.step(x, t)
    other = torch_optim.LevenbergMarquardt(module)
    other.load_state_dict(optimizer.state_dict())
    assert other.state_dict() == optimizer.state_dict() != {"state": None}


def test_lm_leaves_a_non_finite_model_alone():
    """NaN targets: no step, no damage, and the sentence says what is wrong."""
    _, theta, module, x, t = same_in_both("squared")
    t[0, 0] = np.nan
    info = torch_optim.LevenbergMarquardt(module).step(x, t)
    assert info.status is Status.NOT_FINITE
    ours = nn.utils.parameters_to_vector(module.parameters()).detach()
    np.testing.assert_array_equal(ours, theta)


def test_refusals():
    """Unknown loss, mixed dtypes, sparse gradients, bad rates."""
    model = mlp()
    with pytest.raises(ValueError, match="loss: expected one of"):
        torch_optim.LevenbergMarquardt(model, "hinge")
    mixed = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2).double())
    with pytest.raises(ValueError, match="one dtype"):
        torch_optim.LevenbergMarquardt(mixed)
    with pytest.raises(ValueError, match="learning_rate"):
        torch_optim.Adam(model.parameters(), lr=-1.0)
    (x, t), lm = data(), torch_optim.LevenbergMarquardt
    with pytest.raises(
        ValueError, match=r"model: expected the torch\.nn\.Module itself"
    ):
        lm(model.parameters())
    with pytest.raises(ValueError, match="method: expected an optim"):
        lm(model, method=optim.LevenbergMarquardt)
    with pytest.raises(
        ValueError, match=r"one dtype, float32 or float64; got .*bfloat"
    ):
        lm(mlp(dtype=torch.bfloat16))
    with pytest.raises(ValueError, match=r"one dtype.*float64"):
        optimizer = lm(model)
        model[0].float()
        optimizer.step(x, t)
    with pytest.raises(ValueError, match="one group"):
        lm(mlp()).add_param_group({"params": [nn.Parameter(torch.ones(2))]})
    with pytest.raises(ValueError, match=r"inputs: expected one tensor.*got dict"):
        lm(mlp()).step({"x": x}, t)
    with pytest.raises(ValueError, match=r"targets: expected one tensor.*got ndarray"):
        lm(mlp()).step(x, t.numpy())
    with pytest.raises(ValueError, match=r"model: expected output \(N, K\).*tuple"):
        lm(nn.LSTM(6, 3, batch_first=True).double()).step(x[:, None], t)
    with pytest.raises(ValueError, match="state_dict: expected λ"):
        lm(mlp()).load_state_dict(torch.optim.SGD(mlp().parameters()).state_dict())
    theirs = torch.optim.Adam(model.parameters())
    train(model.double(), theirs, 1)
    with pytest.raises(
        ValueError, match=r"state_dict: expected one of Adam .* torch's"
    ):
        torch_optim.Adam(model.parameters()).load_state_dict(theirs.state_dict())
    with torch.no_grad():  # as in a loop of evaluation: no reason to refuse
        assert not lm(mlp()).step(x, t).status.failed
    table = nn.Embedding(5, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(ValueError, match="dense"):
        torch_optim.SGD(table.parameters(), lr=0.1).step()
