"""Dashboards with guided steps, each as the lectures open it, by a name."""

import numpy as np

import mlpteach as mt

DIGITS = mt.datasets.digits()


def my_adam(k, G, M, V, *, eta, beta1, beta2, eps):
    """A reader's Adam without bias correction."""
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    rho = eta * M / np.sqrt(V + eps)
    return mt.Quantities(M=M, V=V, rho=rho)


def pair(landscape, first, second, guide):
    rules = [mt.rule(first, eta=0.1), mt.rule(second, eta=0.1)]
    return mt.dashboards.race(landscape, rules, guide=guide)


def nesterov():
    rules = [mt.rule(id, form="paper", eta=0.01, beta=0.9) for id in ("momentum", "nesterov")]
    return mt.dashboards.race("valley", [*rules, ("nesterov", "lecture")], guide="nesterov")


def all_rules():
    published = [("momentum", "paper"), ("nesterov", "paper")]
    return mt.dashboards.race("beale", ["gd", *published, "adagrad", "rmsprop", "adadelta", "adam"])


def deep(**given):
    return mt.dashboards.activations(
        *DIGITS, a=("sigmoid", "uniform"), b=("relu", "he"), depth=6, **given
    )


GUIDED = {
    "activations": deep,
    "activations, AdaGrad": lambda: deep(rule=mt.rule("adagrad", eta=0.01), guide="adagrad"),
    "adam": lambda: mt.dashboards.adam(*DIGITS),
    "batches": lambda: mt.dashboards.batches(),
    "cost_lab": lambda: mt.dashboards.cost_lab(*DIGITS, eta=1.0, epochs=5),
    "derivatives": lambda: mt.dashboards.derivatives(),
    "four_ways": lambda: mt.dashboards.four_ways(*DIGITS),
    "momentum": lambda: mt.dashboards.momentum(),
    "network": lambda: mt.dashboards.network(),
    "neuron": lambda: mt.dashboards.neuron(start=(2.0, 2.0), eta=0.15),
    "optimizer": lambda: mt.dashboards.optimizer(*DIGITS),
    "own_rule": lambda: mt.dashboards.own_rule(my_adam, against="adam"),
    "race": all_rules,
    "race, AdaDelta": lambda: mt.dashboards.race(
        "valley", ["adadelta", ("adadelta", "paper")], guide="adadelta"
    ),
    "race, AdaGrad": lambda: pair("rosenbrock", "adagrad", "rmsprop", "adagrad"),
    "race, NAdam": lambda: pair("rosenbrock", "adam", "nadam", "nadam"),
    "race, Nesterov": nesterov,
    "ranking": lambda: mt.dashboards.ranking(),
    "reddi": lambda: mt.dashboards.reddi(),
    "reddi, every 101st": lambda: mt.dashboards.reddi("every_101st"),
    "step_size": lambda: mt.dashboards.step_size(),
    "surface": lambda: mt.dashboards.surface(),
}
