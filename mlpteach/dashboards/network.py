"""Back propagation, seen: a small network on two inputs, line by line, forwards and back."""

from functools import partial
from typing import Any

from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, check_count, check_floats
from mlpteach.basics.record import offer
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.network import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Point, Slider, behind
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import chosen_rule, offered_rules, rule_controls
from mlpteach.rules import RuleLike, as_rule
from mlpteach.rules import rule as rule_of
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.network_code import network_code
from mlpteach.study.starting_data import check_data, check_net, outputs_for
from mlpteach.tables import datasets
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.initializers import InitializerLike
from mlpteach.tables.losses import LOSSES, LossLike, as_loss
from mlpteach.tables.own_activation import ActivationLike, as_activation
from mlpteach.views.network import show_network
from mlpteach.views.runs import Runs

ETA = 1.0
DEEPEST, WIDEST, LARGEST_BATCH = 4, 8, 32
_INSTANCES = 240
_DATA = {"moons": datasets.moons, "spirals": datasets.spirals, "xor": datasets.xor}


class NetworkPlayer(Player):
    """The dashboard of :func:`network`: a :class:`Player` that knows its network as code."""

    def code(self, library: str = "torch", k: int | None = None) -> str:
        """Return the network as Python code for another library, with the same outputs.

        Parameters
        ----------
        library : {"torch", "sklearn"}
        k : int, optional
            After which update, from 0; by default after the last one.

        Returns
        -------
        str
            See :func:`mlpteach.study.network_code.network_code`.
        """
        assert self.trace is not None
        return network_code(self.trace.network(k), library)


def network(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    data: str = "moons",
    depth: int = 1,
    width: int = 5,
    hidden: ActivationLike = "tanh",
    output: ActivationLike = "sigmoid",
    net: MLP | None = None,
    loss: LossLike = "cross_entropy",
    rule: RuleLike | None = None,
    init: InitializerLike = "glorot",
    epochs: int = 20,
    batch_size: int | None = 16,
    seed: int = 5,
    guide: str | Guide | None = None,
    **hypers: float,
) -> NetworkPlayer:
    """Show back propagation on a small network: every line of both passes, with its numbers.

    A line of the ledger is one of the forward pass, the cost, V^(L), V^(l), the gradients, then
    those of the rule; the numbers of a chosen weight, the units that it joins and a chosen instance
    are put in. Beside each gradient stands its finite difference. A click on the plane chooses an
    instance of the batch, or asks the network about the place.

    Parameters
    ----------
    X, y : array_like, optional
        Two inputs, X (n, 2), and labels (n,) or targets (n, K) as for :func:`mlpteach.train`. They
        are then "yours" in the menu of the data.
    data : {"moons", "spirals", "xor"}
        What to start with where X and y are not given.
    depth, width : int
        Hidden layers, 1 … 4, and units of each, 1 … 8.
    hidden, output : str, Activation or function
        As for :class:`mlpteach.MLP`. Where cost or output need it, two classes have two outputs.
    net : MLP, optional
        With two inputs, at most four hidden layers and eight units a layer; in place of depth,
        width, hidden, output and init.
    loss, rule
        As for :func:`mlpteach.train`; the rule is by default gradient descent with η = 1.
    init : str, Initializer or function
        As for :class:`mlpteach.MLP`.
    epochs : int
    batch_size : int or None
        Up to 32, so that every instance is seen; None for the full batch of at most 32 rows.
    seed : int
        Decides the first weights and the order of the instances; with the default one five units
        learn all three of the data.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.
    **hypers
        Hyper-parameters of the rule to start with.

    Returns
    -------
    NetworkPlayer
        ``.trace`` is the run; ``.code("torch")`` and ``.code("sklearn")`` the trained network as
        code.

    Raises
    ------
    ValueError, TypeError
        For what does not fit, before anything is drawn.

    Examples
    --------
    >>> dashboard = network(data="xor", width=4, epochs=2)
    >>> dashboard.trace
    <...>
    >>> print(dashboard.code("torch").splitlines()[0])
    import torch
    """
    sources = _sources(X, y, data)
    chosen = (rule_of("gd", eta=ETA) if rule is None else as_rule(rule)).bind(**hypers)
    rules, rule_id = offered_rules(chosen)
    rules = _with_eta(rules, chosen)
    losses, (loss_id,) = offer(LOSSES, [as_loss(loss)])
    if net is None:
        nets, net_controls, net_values = _offered_nets(depth, width, hidden, output, init, seed)
    else:
        check_small(check_net(net, [[0.0, 0.0]], [0]))
        nets, net_controls, net_values = partial(_given, net), [], {}
    choices, sizes = rule_controls(rules)
    controls = _controls(sources, net_controls, losses, choices)
    values: dict[str, Any] = {"data": "yours" if "yours" in sources else data, **net_values}
    values |= {"loss": loss_id, "rule": rule_id, **sizes, "asked": (0.0, 0.0)}
    run = partial(train, epochs=epochs, batch_size=batch_size, seed=seed)
    build = partial(_show, Runs(), run, sources, nets, losses, rules)
    guide = choose(GUIDES, guide, "network", controls)
    return NetworkPlayer(build, controls, values, "Back propagation, seen", "network", guide=guide)


def _sources(X, y, data):
    """Return name -> function without arguments that gives X and y."""
    check_choice("data", data, tuple(_DATA))
    known = {id: partial(make, n=_INSTANCES, seed=1) for id, make in _DATA.items()}
    if X is None and y is None:
        return known
    X, y = check_data(X, y)
    X = check_floats("X", X, ndim=2, shape=(None, 2))
    return {"yours": lambda: (X, y), **known}


def _with_eta(rules, chosen):
    """Let gradient descent start with the step size that suits, unless the reader chose it."""
    return rules if chosen is rules["gd"] else {**rules, "gd": rules["gd"].bind(eta=ETA)}


def _controls(sources, of_net, losses, of_rule):
    return [
        Choice("data", "Data", {id: id for id in sources}),
        *of_net,
        Choice("loss", "Cost", {id: known.menu_title for id, known in losses.items()}, more=True),
        *behind(of_rule, "rule"),
        Point("asked", "Ask at", more=True),
    ]


def _offered_nets(depth, width, hidden, output, init, seed):
    """Return what makes the networks of the menus, their controls, and where these start."""
    phis, (hidden_id, output_id) = offer(
        ACTIVATIONS, [as_activation("hidden", hidden), as_activation("output", output)]
    )
    nets = partial(_net, phis, init, check_count("seed", seed, minimum=0, maximum=2**63))
    values = {
        "depth": check_count("depth", depth, maximum=DEEPEST),
        "width": check_count("width", width, maximum=WIDEST),
        "hidden": hidden_id,
        "output": output_id,
    }
    return nets, _net_controls(phis), values


def _net_controls(phis):
    titles = {id: phi.menu_title for id, phi in phis.items()}
    return [
        Choice("hidden", "Hidden φ", titles),
        Slider("depth", "layers", 1, DEEPEST, whole=True),
        Slider("width", "units", 1, WIDEST, whole=True, more=True),
        Choice("output", "Output φ", titles, more=True),
    ]


def check_small(net: MLP) -> MLP:
    """Return `net` if it can be drawn: two inputs, at most four hidden layers of eight units."""
    inputs, *others = net.sizes
    if inputs != 2 or len(others) > DEEPEST + 1 or max(others) > WIDEST:
        raise ValueError(
            f"net must have 2 inputs, at most {DEEPEST} hidden layers, and at most {WIDEST} units "
            f"in a layer; given sizes {net.sizes}."
        )
    return net


def _net(phis, init, seed, y, loss, values):
    """Make the network that the controls ask for."""
    depth = check_count("depth", values["depth"], maximum=DEEPEST)
    width = check_count("width", values["width"], maximum=WIDEST)
    output = phis[values["output"]]
    outputs = outputs_for(y)
    if outputs == 1 and (loss.targets == "distribution" or not output.elementwise):
        outputs = 2  # a distribution over one class says nothing
    hidden = phis[values["hidden"]]
    return check_small(MLP((2, *[width] * depth, outputs), hidden, output, init, seed))


def _given(net, y, loss, values):
    return net


def _show(kept, run, sources, nets, losses, rules, values):
    """Train with the controls' values and collect what the page needs."""
    X, y = sources[values["data"]]()
    loss = losses[values["loss"]]
    rule = chosen_rule(rules, values)
    net = nets(y, loss, values)
    _check_batch(run.keywords["batch_size"], X)
    decides = tuple((name, value) for name, value in values.items() if name != "asked")
    learn = partial(quietly, run, net, X, y, loss=loss, rule=rule)
    trace = kept.take({"run": (decides, learn)})["run"]
    return show_network(trace, values["asked"])


def _check_batch(batch_size, X):
    """Raise where a batch has more instances than can be seen."""
    if batch_size is None and len(X) > LARGEST_BATCH:
        raise ValueError(
            f"batch_size must be 1 … {LARGEST_BATCH}, so that every instance is seen; given None "
            f"with {len(X)} rows."
        )
    if batch_size is not None:
        check_count("batch_size", batch_size, maximum=LARGEST_BATCH)
