"""A network as code for other libraries: the text that makes it there, with the same outputs."""

from collections.abc import Callable

from mlpteach.basics.arguments import check_choice, describe
from mlpteach.run.network import MLP


def network_code(net: MLP, library: str) -> str:
    """Return a network with its weights as Python code for another library.

    Parameters
    ----------
    net : MLP
        Of activations in ``mlpteach.ACTIVATIONS``; a trained one is ``trace.network()``.
    library : {"torch", "sklearn"}
        With "torch" the code makes `net`, an ``nn.Sequential`` in double precision; with "sklearn"
        an estimator: an ``MLPRegressor`` where scikit-learn has the activations, else one whose
        layers are written out.

    Returns
    -------
    str
        The outputs of ``net(X)`` (a tensor), or of ``net.predict(X)``, are those of
        :meth:`MLP.outputs`; scikit-learn gives those of a single output as (n,), as it always does.

    Raises
    ------
    ValueError, TypeError
        For an unknown library, or an activation of the reader's own.

    Examples
    --------
    >>> print(network_code(MLP((1, 1), weights=[([[2.0]], [0.5])]), "torch"))
    import torch
    from torch import nn
    <BLANKLINE>
    weights = [  # (W, b) of each layer, W (n_out, n_in)
        ([[2.0]], [0.5]),
    ]
    net = nn.Sequential(
        nn.Linear(1, 1),
        nn.Sigmoid(),
    ).double()
    with torch.no_grad():
        for layer, (W, b) in zip(net[::2], weights):
            layer.weight.copy_(torch.tensor(W, dtype=torch.float64))
            layer.bias.copy_(torch.tensor(b, dtype=torch.float64))
    # net(torch.tensor(X, dtype=torch.float64)) gives the outputs, a row an instance.
    """
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an mlpteach.MLP; given {describe(net)}.")
    write = _WRITERS[check_choice("library", library, tuple(_WRITERS))]
    for phi in net.activations:
        if "torch" not in phi.code or "numpy" not in phi.code:
            raise ValueError(
                f"the activation {phi.id!r} has no name in {library}: only those of "
                "mlpteach.ACTIVATIONS that say how it is written there (Activation.code) can be "
                "written as code."
            )
    return write(net)


def _torch(net):
    layers = [
        part
        for layer, phi in enumerate(net.activations, start=1)
        for part in (f"    nn.Linear({_shape(net, layer)}),", f"    {phi.code['torch']},")
    ]
    return "\n".join(
        (
            "import torch",
            "from torch import nn",
            "",
            *_weights(net),
            "net = nn.Sequential(",
            *layers,
            ").double()",
            "with torch.no_grad():",
            "    for layer, (W, b) in zip(net[::2], weights):",
            "        layer.weight.copy_(torch.tensor(W, dtype=torch.float64))",
            "        layer.bias.copy_(torch.tensor(b, dtype=torch.float64))",
            "# net(torch.tensor(X, dtype=torch.float64)) gives the outputs, a row an instance.",
        )
    )


def _shape(net, layer):
    n_in, n_out = net.sizes[layer - 1 : layer + 1]
    return f"{n_in}, {n_out}"


def _weights(net):
    """Return lines that hold all numbers, to the last digit."""
    pairs = [f"    ({net.W[layer].tolist()}, {net.b[layer].tolist()})," for layer in net.W]
    return "weights = [  # (W, b) of each layer, W (n_out, n_in)", *pairs, "]"


def _sklearn(net):
    hidden = {phi.code.get("sklearn") for phi in net.activations[:-1]}
    output = net.activations[-1].code.get("sklearn")
    usual = len(hidden) == 1 and None not in {*hidden, output}
    return _multilayer(net, *hidden, output) if usual else _estimator(net)


def _multilayer(net, hidden, output):
    """Write scikit-learn's own network, one activation for all hidden layers."""
    inputs, *units, outputs = net.sizes
    target = "1" if outputs == 1 else f"(1, {outputs})"
    return "\n".join(
        (
            "import numpy as np",
            "from sklearn.neural_network import MLPRegressor",
            "",
            *_weights(net),
            f"net = MLPRegressor(hidden_layer_sizes={tuple(units)}, activation={hidden!r})",
            "# Makes the layers; their weights are replaced.",
            f"net.partial_fit(np.zeros((1, {inputs})), np.zeros({target}))",
            "net.coefs_ = [np.array(W).T for W, b in weights]",
            "net.intercepts_ = [np.array(b) for W, b in weights]",
            f"net.out_activation_ = {output!r}",
            "# net.predict(X) gives the outputs, a row an instance.",
        )
    )


def _estimator(net):
    """Write an estimator of one's own, for what scikit-learn's network can't be."""
    functions = [phi.code["numpy"] for phi in net.activations]
    special = sorted({f for f in ("expit", "ndtr", "softmax") if f"{f}(" in " ".join(functions)})
    return "\n".join(
        (
            "import numpy as np",
            *([f"from scipy.special import {', '.join(special)}"] if special else []),
            "from sklearn.base import BaseEstimator, RegressorMixin",
            "",
            *_weights(net),
            "activations = [",
            *(f"    lambda Z: {function}," for function in functions),
            "]",
            "",
            "",
            "class Network(RegressorMixin, BaseEstimator):",
            "    # MLPRegressor has not all of these activations.",
            "    def fit(self, X, y=None):",
            "        return self  # the weights stand above",
            "",
            "    def predict(self, X):",
            "        A = np.asarray(X, dtype=float)",
            "        for (W, b), phi in zip(weights, activations):",
            "            A = phi(A @ np.array(W).T + np.array(b))",
            "        return A[:, 0] if A.shape[1] == 1 else A",
            "",
            "",
            "net = Network()",
            "# net.predict(X) gives the outputs, a row an instance.",
        )
    )


_WRITERS: dict[str, Callable[[MLP], str]] = {"torch": _torch, "sklearn": _sklearn}
