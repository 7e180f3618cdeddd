"""Adam, line by line: the ledger of one weight, heat maps of a layer, the cost."""

from functools import partial

from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.adam import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, behind
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import hyper_controls, layer_choice
from mlpteach.rules import FORMS, rule
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.images import image_side
from mlpteach.study.starting_data import check_data, check_layer, check_net
from mlpteach.tables.losses import LossLike
from mlpteach.views.optimizer import show_optimizer

_FORM_NAMES = {"lecture": "lecture: √(V̂ + ε)", "paper": "paper: √V̂ + ε"}


def adam(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    net: MLP | None = None,
    layer: int | None = None,
    form: str = "lecture",
    loss: LossLike = "cross_entropy",
    epochs: int = 5,
    batch_size: int | None = 32,
    seed: int = 1,
    guide: str | Guide | None = None,
    **hypers: float,
) -> Player:
    """Show Adam's six lines on a network, forwards and backwards, with live hyper-parameters.

    Where the columns of X are the pixels of square images the batch is seen, and what each unit of
    the first layer has learned since the start.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    layer : int, optional
        The layer whose weights are shown, from 1; by default the last one.
    form : {"lecture", "paper"}
    loss, epochs, batch_size, seed
        As for :func:`mlpteach.train`.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.
    **hypers
        eta, beta1, beta2, eps, bias_correction to start with.

    Returns
    -------
    Player
        A widget; ``.trace`` is the run on the screen, ``.position`` the place in it.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> dashboard = adam(epochs=1, eta=0.01)
    >>> dashboard.values["form"], len(dashboard.trace)
    ('lecture', 57)
    """
    X, y = check_data(X, y)
    net = check_net(net, X, y)
    layer = check_layer(layer, net)
    check_choice("form", form, FORMS)
    chosen = rule("adam", form=form, **hypers)
    run = partial(train, net, X, y, loss=loss, epochs=epochs, batch_size=batch_size, seed=seed)
    sliders, values = hyper_controls([chosen], "")
    controls = [Choice("form", "Form", _FORM_NAMES), *behind(sliders, "beta1", "eps")]
    controls += behind([layer_choice(net)], "layer")
    values = {"form": form, **values, "layer": str(layer)}
    guide = choose(GUIDES, guide, "adam", controls)
    build = partial(_show, run, image_side(X))
    return Player(build, controls, values, "Adam, line by line", "adam", guide=guide)


def _show(run, side, values):
    """Train with the controls' values and collect what the page needs."""
    hypers = {name: values[name] for name in values if name not in ("form", "layer")}
    layer = int(values["layer"])
    trace = quietly(run, rule=rule("adam", form=values["form"], **hypers))
    return show_optimizer(trace, layer, side)
