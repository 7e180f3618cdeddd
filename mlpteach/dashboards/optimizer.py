"""Any rule, inspected: its two forms side by side, and where they part."""

from dataclasses import replace
from functools import partial

from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.optimizer import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Control, behind
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import bind, hyper_controls, layer_choice
from mlpteach.rules import RULES
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.starting_data import check_data, check_layer, check_net
from mlpteach.tables.losses import LossLike
from mlpteach.views.two_runs import show_traces


class TwoRunsPlayer(Player):
    """A dashboard of two runs that knows where they first differ."""

    def go_to_first_difference(self) -> str:
        """Go to the update, line and weight where the two runs first differ.

        Returns
        -------
        str
            What the dashboard says of the place; where there is none, that there is none.
        """
        return self.jump()


def optimizer(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    rule: str = "adam",
    net: MLP | None = None,
    layer: int | None = None,
    loss: LossLike = "cross_entropy",
    epochs: int = 3,
    batch_size: int | None = 32,
    seed: int = 1,
    guide: str | Guide | None = None,
) -> TwoRunsPlayer:
    """Show every line of any rule, the slide's form beside the published one.

    Both forms start from the same weights and see the same batches. The first update and the first
    quantity in which they differ are named and marked in the ledgers.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    rule : str
        An id of ``mlpteach.RULES`` to start with.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    layer : int, optional
        The layer whose weights are shown, from 1; by default the last one.
    loss, epochs, batch_size, seed
        As for :func:`mlpteach.train`.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    TwoRunsPlayer
        Its ``go_to_first_difference()`` takes the page there, as the button beside the words does.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> dashboard = optimizer(rule="rmsprop", epochs=1)
    >>> list(dashboard.traces)
    ['lecture', 'paper']
    >>> said = dashboard.go_to_first_difference()
    >>> dashboard.position["k"]
    1
    """
    X, y = check_data(X, y)
    net = check_net(net, X, y)
    layer = check_layer(layer, net)
    check_choice("rule", rule, tuple(RULES))
    run = partial(train, net, X, y, loss=loss, epochs=epochs, batch_size=batch_size, seed=seed)
    titles = {id: known.menu_title for id, known in RULES.items()}
    controls: list[Control] = [Choice("rule", "Rule", titles)]
    values = {"rule": rule}
    for id, known in RULES.items():
        sliders, starts = hyper_controls(list(known.forms.values()), f"{id}.", ("rule", id))
        controls += behind(sliders, f"{id}.eps", after=3)
        values |= starts
    controls.append(replace(layer_choice(net), more=True))
    values["layer"] = str(layer)
    guide = choose(GUIDES, guide, "optimizer", controls)
    return TwoRunsPlayer(
        partial(_show, run), controls, values, "Optimizers, inspected", "optimizer", guide=guide
    )


def _show(run, values):
    id = values["rule"]
    forms = RULES[id].forms
    chosen = {
        name: bind(form, list(forms.values()), f"{id}.", values) for name, form in forms.items()
    }
    if len({form.function for form in chosen.values()}) < len(chosen):  # gradient descent
        chosen = {" = ".join(chosen): next(iter(chosen.values()))}
    traces = {name: quietly(run, rule=form) for name, form in chosen.items()}
    return show_traces(traces, int(values["layer"]), RULES[id].default.differs)
