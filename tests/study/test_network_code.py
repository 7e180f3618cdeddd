"""A network's code, run in the library it is written for, gives the network's outputs."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.network_code import network_code

X = np.random.default_rng(3).normal(0.0, 3.0, (40, 2))


def outputs_of(net, library):
    """Run the code alone, as a reader who pastes it, and ask what it makes."""
    pytest.importorskip(library)
    names = {}
    exec(network_code(net, library), names)
    if library == "sklearn":
        return names["net"].predict(X).reshape(len(X), -1)
    import torch

    return names["net"](torch.tensor(X, dtype=torch.float64)).detach().numpy()


@pytest.mark.parametrize("library", ["torch", "sklearn"])
@pytest.mark.parametrize("output", mt.ACTIVATIONS)
@pytest.mark.parametrize("hidden", mt.ACTIVATIONS)
def test_every_activation(hidden, output, library):
    net = mt.MLP((2, 5, 4, 3), hidden=hidden, output=output, init="nielsen", seed=2)
    np.testing.assert_allclose(outputs_of(net, library), net.outputs(X), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("library", ["torch", "sklearn"])
@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [((2, 1), "tanh"), ((2, 8, 8, 8, 8, 1), "tanh"), ((2, 3, 3, 2), ("relu", "gelu"))],
)
def test_shallow_deep_and_mixed(sizes, hidden, library):
    net = mt.MLP(sizes, hidden=hidden if len(sizes) > 2 else "tanh", seed=5)
    np.testing.assert_allclose(outputs_of(net, library), net.outputs(X), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("library", ["torch", "sklearn"])
def test_a_trained_network_to_the_last_digits(library):
    data = mt.datasets.moons(n=40, seed=1)
    net = mt.MLP((2, 4, 1), hidden="tanh", seed=1)
    trace = mt.train(net, *data, rule=mt.rule("adam", eta=0.1), epochs=5, progress=False)
    trained = trace.network()
    assert not np.array_equal(trained.outputs(X), net.outputs(X))
    assert abs(outputs_of(trained, library) - trained.outputs(X)).max() < 1e-14


def test_sklearns_own_network_is_written_wherever_it_has_the_activations():
    usual = network_code(mt.MLP((2, 5, 1), hidden="relu"), "sklearn")
    assert "MLPRegressor(hidden_layer_sizes=(5,), activation='relu')" in usual
    assert "class Network" in network_code(mt.MLP((2, 5, 1), hidden="silu"), "sklearn")


def test_what_can_not_be_written_is_refused():
    own = mt.MLP((2, 3, 1), hidden=mt.own_activation(lambda Z: Z / 2, lambda Z: 0 * Z + 0.5))
    with pytest.raises(ValueError, match="has no name in torch"):
        network_code(own, "torch")
    with pytest.raises(ValueError, match="library='keras' is unknown; allowed: torch, sklearn"):
        network_code(mt.MLP((2, 1)), "keras")
    with pytest.raises(TypeError, match=r"net must be an mlpteach.MLP; given"):
        network_code("moons", "torch")
