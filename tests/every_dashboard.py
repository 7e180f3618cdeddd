"""Every dashboard on small data, by its name."""

import mlpteach as mt

MOONS = mt.datasets.moons(n=40, seed=1)
SMALL = {
    "activations": lambda: mt.dashboards.activations(*MOONS, depth=3, units=5, epochs=1),
    "adam": lambda: mt.dashboards.adam(*MOONS, epochs=3),
    "batches": lambda: mt.dashboards.batches(*MOONS, sizes=(1, 12, None), updates=20),
    "cost_lab": lambda: mt.dashboards.cost_lab(*MOONS, epochs=3),
    "derivatives": lambda: mt.dashboards.derivatives(steps=21),
    "four_ways": lambda: mt.dashboards.four_ways(*MOONS, epochs=3),
    "momentum": lambda: mt.dashboards.momentum(),
    "network": lambda: mt.dashboards.network(*MOONS, depth=2, width=3, epochs=3),
    "neuron": lambda: mt.dashboards.neuron(updates=20),
    "optimizer": lambda: mt.dashboards.optimizer(*MOONS, rule="amsgrad", epochs=3),
    "own_rule": lambda: mt.dashboards.own_rule(sum_of_slopes, *MOONS, against="adam"),
    "race": lambda: mt.dashboards.race(steps=30),
    "ranking": lambda: mt.dashboards.ranking(
        ("beale", "valley"), ("momentum", "gd", "adam"), budget=20, sizes=(0.001, 0.01)
    ),
    "reddi": lambda: mt.dashboards.reddi(updates=60),
    "step_size": lambda: mt.dashboards.step_size(*MOONS, epochs=3),
    "surface": lambda: mt.dashboards.surface(*MOONS, updates=20),
}


def sum_of_slopes(k, G, M, V, *, eta, beta1, beta2, eps):
    """A reader's Adam that forgot to forget."""
    M = beta1 * M + G
    V = beta2 * V + (1 - beta2) * G * G
    rho = eta * M / (V + eps) ** 0.5
    return mt.Quantities(M=M, V=V, rho=rho)
