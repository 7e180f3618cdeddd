"""PyTorch as an oracle, where it is installed: gradients, and trainings of the paper's forms."""

import numpy as np
import pytest
from examples import instances, one_hot

import mlpteach as mt

torch = pytest.importorskip("torch")

ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "softmax": lambda Z: torch.softmax(Z, dim=1),
    "linear": lambda Z: Z,
}
LOSSES = {
    "mse": lambda A, Y: ((Y - A) ** 2).sum(),
    "cross_entropy": lambda A, Y: -(Y * A.log() + (1 - Y) * (1 - A).log()).sum(),
    "softmax_cross_entropy": lambda A, Y: -(Y * A.log()).sum(),
}


def tensor(array):
    return torch.tensor(np.array(array), dtype=torch.float64)


class Twin:
    """The same network in PyTorch: rows are instances, J is the mean over them."""

    def __init__(self, net):
        self.net = net
        self.parameters = [
            tensor(array).requires_grad_()
            for layer in net.W
            for array in (net.W[layer], net.b[layer])
        ]

    def outputs(self, X):
        A = tensor(X)
        weights, biases = self.parameters[::2], self.parameters[1::2]
        for W, b, id in zip(weights, biases, (*self.net.hidden, self.net.output), strict=True):
            A = ACTIVATIONS[id](A @ W.T + b)
        return A

    def backward(self, X, Y, loss, l2=0.0):
        for parameter in self.parameters:
            parameter.grad = None
        J = LOSSES[loss](self.outputs(X), tensor(Y)) / len(X)
        J = J + l2 / 2 * sum((W**2).sum() for W in self.parameters[::2])
        J.backward()
        return J.item()

    @property
    def flat(self):
        return np.concatenate([p.detach().numpy().ravel() for p in self.parameters])

    @property
    def gradient(self):
        return np.concatenate([p.grad.numpy().ravel() for p in self.parameters])


def network(output="softmax", hidden="tanh", shift=0.0):
    net = mt.MLP((4, 6, 5, 3), hidden=hidden, output=output, init="nielsen", seed=4)
    theta = net.parameters.flat.copy()
    if output in ("tanh", "relu", "silu", "gelu", "linear"):
        theta[-18:-3] *= 0.1  # outputs around 1/2: plain logarithms are defined
        theta[-3:] = 0.6
    return net.with_parameters(theta)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "silu", "gelu", "softmax", "linear"])
@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_gradient(loss, output, hidden, l2):
    X, y = instances(n=9)
    net = network(output, hidden)
    rule = mt.rule("gd", eta=1.0)
    step = mt.train(net, X, y, loss=loss, rule=rule, epochs=1, batch_size=None, l2=l2)[0]
    twin = Twin(net)
    J = twin.backward(X, one_hot(y), loss, l2)
    assert step.loss == pytest.approx(J, rel=1e-13)
    np.testing.assert_allclose(step.gradient.flat, twin.gradient, rtol=1e-11, atol=1e-14)


FUSED = {
    ("cross_entropy", "sigmoid"): torch.nn.BCEWithLogitsLoss(reduction="sum"),
    ("softmax_cross_entropy", "softmax"): torch.nn.CrossEntropyLoss(reduction="sum"),
    ("softmax_cross_entropy", "sigmoid"): lambda Z, Y: (
        -(Y * torch.nn.functional.logsigmoid(Z)).sum()
    ),
}


@pytest.mark.parametrize(("loss", "output"), FUSED)
def test_saturated_outputs(loss, output):
    """PyTorch's own fused losses, at |Z| up to some hundred."""
    X, y = instances(n=9)
    weights = [(100 * np.random.default_rng(5).standard_normal((3, 4)), np.zeros(3))]
    net = mt.MLP((4, 3), output=output, weights=weights)
    Z = tensor(X @ weights[0][0].T).requires_grad_()
    J = FUSED[loss, output](Z, tensor(one_hot(y)))
    J.backward()
    step = mt.train(net, X, y, loss=loss, rule="gd", epochs=1, batch_size=None)[0]
    assert step.loss == pytest.approx(J.item() / 9, rel=1e-13)
    np.testing.assert_allclose(step.sensitivity[1], Z.grad.numpy().T, rtol=1e-10, atol=1e-15)


# Whole trainings on the same batches.

OPTIMIZERS = {
    "gd": ({"eta": 0.3}, lambda p: torch.optim.SGD(p, lr=0.3)),
    "momentum": (
        {"eta": 0.05, "beta": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    ),
    "adagrad": (
        {"eta": 0.1, "eps": 1e-8},
        lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-8),
    ),
    "rmsprop": (
        {"eta": 0.01, "gamma": 0.9, "eps": 1e-8},
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8),
    ),
    "adadelta": (
        {"gamma": 0.95, "eps": 1e-6},
        lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.95, eps=1e-6),
    ),
    "adam": (
        {"eta": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    ),
    "adamw": (
        {"eta": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.1},
        lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1),
    ),
    "muon": ({"eta": 0.02, "beta": 0.9}, lambda p: MuonOnColumns(p, lr=0.02, momentum=0.9)),
    "nadam": (
        {"eta": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        lambda p: torch.optim.NAdam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    ),
}


class MuonOnColumns:
    """PyTorch's Muon, which takes matrices only, with every bias as a matrix of one column."""

    def __init__(self, parameters, **options):
        self.parameters = parameters
        self.matrices = [p.detach().view(len(p), -1) for p in parameters]
        self.optimizer = torch.optim.Muon(self.matrices, weight_decay=0.0, **options)

    def step(self):
        for matrix, parameter in zip(self.matrices, self.parameters, strict=True):
            matrix.grad = parameter.grad.view_as(matrix)
        self.optimizer.step()


@pytest.fixture(autouse=True)
def _muon_in_double_precision(monkeypatch):
    """PyTorch's Newton-Schulz steps run in bfloat16, which has three digits."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)


def run(id, **values):
    """Train 10 epochs of 5 updates, the last batch of each smaller."""
    X, y = instances(n=33)
    rule = mt.rule(id, form="paper", **values)
    trace = mt.train(
        network(), X, y, loss="softmax_cross_entropy", rule=rule, epochs=10, batch_size=8, l2=0.01
    )
    return trace, X, one_hot(y)


def follow(trace, X, Y, make_optimizer, before_update=lambda optimizer, k: None):
    """Train the twin on the batches of `trace`; yield each step with the twin after it."""
    twin = Twin(trace.network(0))
    optimizer = make_optimizer(twin.parameters)
    for step in trace:
        before_update(optimizer, step.k)
        twin.backward(X[step.batch], Y[step.batch], "softmax_cross_entropy", l2=0.01)
        optimizer.step()
        yield step, twin


@pytest.mark.parametrize("id", OPTIMIZERS)
def test_training(id):
    values, make_optimizer = OPTIMIZERS[id]
    # PyTorch keeps the product of NAdam's mu_k in single precision.
    rtol = 1e-7 if id == "nadam" else 1e-10
    atol = 1e-8 if id == "nadam" else 1e-12
    for step, twin in follow(*run(id, **values), make_optimizer):
        np.testing.assert_allclose(step.after.flat, twin.flat, rtol=rtol, atol=atol)


@pytest.mark.parametrize("z", np.linspace(-6.0, 6.0, 41))
def test_gelu(z):
    """PyTorch forms 1 + erf, whose error is that of 1 where it is small."""
    expected = torch.nn.functional.gelu(tensor(z)).item()
    assert mt.ACTIVATIONS["gelu"](z) == pytest.approx(expected, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize(("T_0", "T_mult"), [(10, 1), (10, 2), (1, 3)])
def test_cosine_with_warm_restarts(T_0, T_mult):
    optimizer = torch.optim.SGD([tensor([0.0])], lr=0.3)
    schedule = mt.schedule("cosine", T_0=T_0, T_mult=T_mult, eta_min=0.01)
    theirs = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0, T_mult, 0.01)
    for k in range(1, 200):
        ours = schedule.step_size(0.3, k, **schedule.values)
        assert ours == pytest.approx(theirs.get_last_lr()[0], rel=1e-14)
        optimizer.step()
        theirs.step()


@pytest.mark.parametrize("sizes", [(7, 3), (3, 7), (5, 5)])
def test_orthogonal_weights_from_the_same_normal_numbers(sizes, monkeypatch):
    W = mt.MLP(sizes, init="orthogonal", seed=3).W[1]
    drawn = tensor(np.random.default_rng(3).standard_normal(W.shape))
    monkeypatch.setattr(torch.Tensor, "normal_", lambda self, *_, **__: self.copy_(drawn))
    theirs = torch.nn.init.orthogonal_(torch.empty(W.shape, dtype=torch.float64))
    np.testing.assert_allclose(W, theirs.numpy(), rtol=1e-12, atol=1e-14)


def test_training_with_nesterovs_momentum():
    """PyTorch's parameters are the points looked ahead to, W_k - beta v_{k-1}."""
    trace, X, Y = run("nesterov", eta=0.05, beta=0.9)

    def make_optimizer(parameters):
        return torch.optim.SGD(parameters, lr=0.05, momentum=0.9, nesterov=True)

    ahead = [step.W_ahead.flat for step in trace]
    followed = follow(trace, X, Y, make_optimizer)
    for (_, twin), wanted in zip(followed, ahead[1:], strict=False):
        np.testing.assert_allclose(twin.flat, wanted, rtol=1e-10, atol=1e-12)


def test_training_with_amsgrad():
    """PyTorch corrects the bias, Reddi et al. do not: its eta and eps undo that at every update."""
    trace, X, Y = run("amsgrad", eta=0.01, beta1=0.9, beta2=0.99, eps=1e-6)

    def undo_the_correction(optimizer, k):
        root = np.sqrt(1 - 0.99**k)
        optimizer.param_groups[0].update(lr=0.01 * (1 - 0.9**k) / root, eps=1e-6 / root)

    def make_optimizer(parameters):
        return torch.optim.Adam(parameters, betas=(0.9, 0.99), amsgrad=True)

    for step, twin in follow(trace, X, Y, make_optimizer, undo_the_correction):
        np.testing.assert_allclose(step.after.flat, twin.flat, rtol=1e-10, atol=1e-12)
