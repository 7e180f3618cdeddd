"""One entry of each kind that no table has ever seen, and every dashboard that lists its kind."""

from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

import numpy as np

import mlpteach as mt
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import Style
from mlpteach.rules.record import Optimizer
from mlpteach.tables.activations import Activation
from mlpteach.tables.initializers import Initializer
from mlpteach.tables.landscapes import Landscape
from mlpteach.tables.losses import Loss
from mlpteach.tables.schedules import Schedule

MOONS = mt.datasets.moons(n=40, seed=1)
NEW = "newcomer"
LOOK = Style("#123456", "dashdot", "v")


def _rule():
    """Sign of a fading sum of gradients; both forms, which differ in how fast it fades."""
    optimizer = Optimizer(
        id=NEW, title="Never seen", style=LOOK, beyond_lecture=True,
        letters={
            "S": Symbol("S", "fading sum of the gradients", accent="~"),
            "S_max": Symbol("S", "its largest size so far", subscript="max", never_negative=True),
            "keep": Symbol("κ", "what is kept of the sum", shape="", subscript="0"),
        },
    )  # fmt: skip
    eta = Hyper(0.02, low=1e-4, high=1.0, log=True)
    keep = {"eta": eta, "keep": Hyper(0.5, low=0.0, high=0.99)}

    @optimizer.form("lecture", source="nowhere", **keep)
    def as_lectured(k, G, S, S_max, *, eta, keep):
        S = keep * S + G
        S_max = np.maximum(S_max, np.abs(S))
        rho = eta * S / (S_max + 1e-12)
        return mt.Quantities(S=S, S_max=S_max, rho=rho)

    @optimizer.form("paper", source="nowhere", differs="Halves the sum.", dash="dotted", **keep)
    def as_published(k, G, S, *, eta, keep):
        S = keep * S + G / 2
        rho = np.where(S > 0, eta, -eta)
        return mt.Quantities(S=S, rho=rho)

    return optimizer


NEWCOMERS = {
    "RULES": _rule(),
    "SCHEDULES": Schedule(
        id=NEW, title="never seen", style=LOOK, beyond_lecture=True,
        latex=r"\eta_k = \frac{\eta}{1 + \tau_0 \ln k}",
        letters={"tau": Symbol("τ", "how fast it falls", shape="", subscript="0")},
        step_size=lambda eta, k, tau: eta / (1 + tau * np.log(k)),
        hypers={"tau": Hyper(0.5, low=0.01, high=5.0, log=True)},
    ),
    "ACTIVATIONS": Activation(
        id=NEW, title="never seen", style=LOOK, beyond_lecture=True,
        latex=r"\phi(Z) = \ln(1 + e^Z)",
        function=lambda Z: np.logaddexp(0.0, Z),
        back=lambda dA, Z, A: dA * -np.expm1(-A),
        range=(0.0, None),
    ),
    "INITIALIZERS": Initializer(
        id=NEW, title="never seen", style=LOOK, latex=r"W \sim N(0, 0.01)", beyond_lecture=True,
        draw=lambda rng, n_in, n_out: (rng.normal(0.0, 0.1, (n_out, n_in)), np.zeros(n_out)),
    ),
    "LANDSCAPES": Landscape(
        id=NEW, title="never seen", style=LOOK, beyond_lecture=True,
        latex=r"x^2 + \frac{1}{4} y^4",
        function=lambda x, y: x * x + y * y * y * y / 4,
        gradient=lambda x, y: (2 * x, y * y * y),
        start=(1.0, 1.5), minima=((0.0, 0.0),), window=(-2.0, 2.0, -2.0, 2.0),
    ),
    "LOSSES": Loss(
        id=NEW, title="never seen", style=LOOK, beyond_lecture=True,
        latex=r"J = \sum \ln \cosh(a - y)", slope_latex=r"\tanh(A - Y)",
        cost=lambda A, Y: float(np.log(np.cosh(A - Y)).sum()),
        dJ_dA=lambda A, Y: np.tanh(A - Y),
    ),
}  # fmt: skip


@contextmanager
def entered():
    """Enter every newcomer in its table; nothing of the package knows of them otherwise."""
    tables = {name: {newcomer.id: newcomer} for name, newcomer in NEWCOMERS.items()}
    patches = [patch.dict(getattr(mt, name), entry) for name, entry in tables.items()]
    try:
        for one in patches:
            one.start()
        yield
    finally:
        for one in patches:
            one.stop()


def twin(k, G, *, eta=0.01):
    return mt.Quantities(rho=eta * np.sign(G))


def net(**choice):
    return mt.MLP((2, 4, 1), seed=1, **choice)


d = mt.dashboards
# Kind -> name -> (how it is opened, the menu that lists the kind, how the newcomer is chosen).
# Without a menu the dashboard takes the kind as an argument only.
OPENED = {
    "RULES": {
        "optimizer": (partial(d.optimizer, *MOONS, epochs=2), "rule", {"rule": NEW}),
        "race": (partial(d.race, steps=30), "rules", {"rules": ("adam", NEW), "tune": NEW}),
        "own_rule": (partial(d.own_rule, twin, *MOONS, against=NEW, epochs=2), None, {}),
        "own_rule on a map": (partial(d.own_rule, twin, against=NEW, on="valley"), None, {}),
        "ranking": (partial(d.ranking, ("valley",), budget=10, sizes=(0.1,)), "rules",
                    {"rules": ("gd", NEW), "follow": NEW}),
        "step_size": (partial(d.step_size, *MOONS, rule=NEW, epochs=2), None, {"on": "beale"}),
        "activations": (partial(d.activations, *MOONS, rule=NEW, depth=2, units=4), None, {}),
        "cost_lab": (partial(d.cost_lab, *MOONS, rule=NEW, epochs=2), None, {}),
        "neuron": (partial(d.neuron, rule=NEW, updates=20), None, {}),
        "network": (partial(d.network, *MOONS, epochs=2), "rule", {"rule": NEW}),
        "surface": (partial(d.surface, *MOONS, updates=10), "rules",
                    {"rules": ("adam", NEW), "tune": NEW}),
        "four_ways": (partial(d.four_ways, *MOONS, rules={"new": NEW}, epochs=2), None, {}),
    },
    "SCHEDULES": {
        "step_size": (partial(d.step_size, *MOONS, epochs=2), "schedules",
                      {"schedules": ("cooling", NEW), "tune": NEW}),
    },
    "ACTIVATIONS": {
        "activations": (partial(d.activations, *MOONS, depth=2, units=4), "b.activation",
                        {"b.activation": NEW}),
        "derivatives": (partial(d.derivatives, steps=21), "activations",
                        {"activations": ("relu", NEW)}),
        "adam": (lambda: d.adam(*MOONS, net=net(hidden=NEW), epochs=2), None, {}),
        "network": (partial(d.network, *MOONS, epochs=2), "hidden", {"hidden": NEW, "output": NEW}),
        "cost_lab": (lambda: d.cost_lab(*MOONS, net=net(hidden=NEW, output=NEW), epochs=2,
                                        costs=("mse", NEW)), None, {}),
    },
    "INITIALIZERS": {
        "activations": (partial(d.activations, *MOONS, depth=2, units=4), "a.init",
                        {"a.init": NEW}),
        "cost_lab": (partial(d.cost_lab, *MOONS, epochs=2), "init", {"init": NEW}),
        "network": (partial(d.network, *MOONS, init=NEW, epochs=2), None, {}),
    },
    "LANDSCAPES": {
        "race": (partial(d.race, steps=30), "landscape", {"landscape": NEW}),
        "step_size": (partial(d.step_size, *MOONS, epochs=2, updates=30), "on", {"on": NEW}),
        "own_rule": (partial(d.own_rule, twin, on=NEW, steps=30), None, {}),
        "ranking": (partial(d.ranking, (NEW, "valley"), ("gd", NEW), budget=10, sizes=(0.1,)),
                    None, {"problem": NEW}),
    },
    "LOSSES": {
        "cost_lab": (partial(d.cost_lab, *MOONS, epochs=2), "second", {"second": NEW}),
        "neuron": (partial(d.neuron, updates=20), "costs", {"costs": ("mse", NEW)}),
        "network": (partial(d.network, *MOONS, epochs=2), "loss", {"loss": NEW}),
        "adam": (partial(d.adam, *MOONS, loss=NEW, epochs=2), None, {}),
        "batches": (partial(d.batches, *MOONS, loss=NEW, updates=10), None, {}),
        "surface": (partial(d.surface, *MOONS, loss=NEW, updates=10), None, {}),
    },
}  # fmt: skip
# Every dashboard there is, small.
DEFAULT = {
    "activations": partial(d.activations, *MOONS, depth=2, units=4),
    "adam": partial(d.adam, *MOONS, epochs=1),
    "batches": partial(d.batches, *MOONS, updates=5),
    "cost_lab": partial(d.cost_lab, *MOONS, epochs=1),
    "derivatives": partial(d.derivatives, steps=5),
    "four_ways": partial(d.four_ways, *MOONS, epochs=1),
    "momentum": partial(d.momentum, updates=5),
    "network": partial(d.network, *MOONS, epochs=1),
    "neuron": partial(d.neuron, updates=5),
    "optimizer": partial(d.optimizer, *MOONS, epochs=1),
    "own_rule": partial(d.own_rule, twin, *MOONS, epochs=1),
    "race": partial(d.race, steps=5),
    "ranking": partial(d.ranking, ("valley",), budget=5, sizes=(0.1,)),
    "reddi": partial(d.reddi, updates=100),
    "step_size": partial(d.step_size, *MOONS, epochs=1),
    "surface": partial(d.surface, *MOONS, updates=5),
}
CASES = [(kind, name) for kind, dashboards in OPENED.items() for name in dashboards]


def opened(kind, name):
    """Open a dashboard and choose the newcomer on it; return it and its menu, value -> text."""
    opening, menu, choice = OPENED[kind][name]
    dashboard = opening()
    listed = next((c["options"] for c in dashboard.spec["controls"] if c["name"] == menu), None)
    dashboard.configure(**choice)
    return dashboard, listed and dict(listed)
