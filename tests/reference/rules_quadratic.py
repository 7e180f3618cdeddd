"""Write rules_quadratic.json: eight updates of every rule, by mpmath alone, with 50 digits.

    python tests/reference/rules_quadratic.py

Nothing of the package is used, and nothing is computed as the package computes it: a rule here is a
function of one weight's *whole past*, so every running mean is written out as the sum that it is.
To add a row write such a function into ``ROWS`` and run this file.

A function gets a `Past` and the hyper-parameters, and returns how far the weight moves, or a dict
with ``rho`` and other quantities to be kept. A rule that works on matrices is a function of all
weights: its row in ``LAYERED`` names the sizes of the layers.
"""

import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from mpmath import mp, mpf, nstr, power, sqrt

UPDATES, DIGITS = 8, 20
CURVATURE, START = (1, 10, 100), (1, -2, 0.5)


@dataclass
class Past:
    """One weight: its curvature, where it stands, and what happened at the updates before.

    `g` holds the gradients g_1 … g_k, `rho` the steps rho_1 … rho_{k-1}.
    """

    curvature: mpf
    w: mpf
    g: list = field(default_factory=list)
    rho: list = field(default_factory=list)

    @property
    def k(self):
        return len(self.g)

    def gradient_at(self, w):
        return self.curvature * w


def last(numbers):
    return numbers[-1] if numbers else mpf(0)


def fading_sum(numbers, beta):
    """x_k + beta x_{k-1} + beta^2 x_{k-2} + …"""
    return sum((power(beta, age) * x for age, x in enumerate(reversed(numbers))), mpf(0))


def mean_so_far(numbers, beta):
    """The running mean that starts at 0: (1 - beta) times the fading sum."""
    return (1 - beta) * fading_sum(numbers, beta)


def weighted_mean(numbers, beta):
    """The fading sum divided by its weights' sum: what bias correction leaves."""
    return fading_sum(numbers, beta) / fading_sum([mpf(1)] * len(numbers), beta)


def squares(numbers):
    return [x**2 for x in numbers]


def gd(past, eta):
    return eta * past.g[-1]


def momentum_lecture(past, alpha, beta):
    return alpha * past.g[-1] + beta * last(past.g[:-1])


def momentum_paper(past, eta, beta):
    return eta * fading_sum(past.g, beta)


def nesterov_lecture(past, alpha, beta):
    ahead = alpha * last(past.g[:-1])
    return beta * past.gradient_at(past.w + ahead) + ahead


def nesterov_paper(past, eta, beta):
    carried = beta * last(past.rho)  # rho is the velocity
    return carried + eta * past.gradient_at(past.w - carried)


def adagrad_lecture(past, eta, eps):
    return eta * past.g[-1] / sqrt(sum(squares(past.g)) + eps)


def adagrad_paper(past, eta, eps):
    return eta * past.g[-1] / (sqrt(sum(squares(past.g))) + eps)


def rmsprop_lecture(past, eta, gamma, eps):
    return eta * past.g[-1] / sqrt(mean_so_far(squares(past.g), gamma) + eps)


def rmsprop_paper(past, eta, gamma, eps):
    return eta * past.g[-1] / (sqrt(mean_so_far(squares(past.g), gamma)) + eps)


def adadelta_lecture(past, eta, gamma, eps):
    return eta * mean_so_far(past.g, gamma) / sqrt(mean_so_far(squares(past.g), gamma) + eps)


def adadelta_paper(past, gamma, eps):
    steps = mean_so_far(squares(past.rho), gamma)
    return past.g[-1] * sqrt((steps + eps) / (mean_so_far(squares(past.g), gamma) + eps))


def moments(past, beta1, beta2):
    return {
        "M": mean_so_far(past.g, beta1),
        "V": mean_so_far(squares(past.g), beta2),
        "M_hat": weighted_mean(past.g, beta1),
        "V_hat": weighted_mean(squares(past.g), beta2),
    }


def adam_lecture(past, eta, beta1, beta2, eps):
    found = moments(past, beta1, beta2)
    return {"rho": eta * found["M_hat"] / sqrt(found["V_hat"] + eps), **found}


def adam_paper(past, eta, beta1, beta2, eps):
    found = moments(past, beta1, beta2)
    return {"rho": eta * found["M_hat"] / (sqrt(found["V_hat"]) + eps), **found}


def nadam_lecture(past, eta, beta1, beta2, eps):
    """Ruder 2016: beta1 M_hat + (1 - beta1) g/(1 - beta1^k)."""
    ahead = beta1 * weighted_mean(past.g, beta1) + past.g[-1] / fading_sum([1] * past.k, beta1)
    return eta * ahead / sqrt(weighted_mean(squares(past.g), beta2) + eps)


def nadam_paper(past, eta, beta1, beta2, eps):
    """As PyTorch and Keras: Dozat's mu_i, but the running mean with constant beta1."""
    mu = [beta1 * (1 - power(mpf("0.96"), mpf("0.004") * i) / 2) for i in range(1, past.k + 2)]
    products = [mp.fprod(mu[:i]) for i in range(1, past.k + 2)]
    carried = mu[-1] * mean_so_far(past.g, beta1) / (1 - products[-1])
    newest = (1 - mu[-2]) * past.g[-1] / (1 - products[-2])
    return eta * (carried + newest) / (sqrt(weighted_mean(squares(past.g), beta2)) + eps)


def amsgrad_paper(past, eta, beta1, beta2, eps):
    seconds = [mean_so_far(squares(past.g[:i]), beta2) for i in range(1, past.k + 1)]
    return eta * mean_so_far(past.g, beta1) / (sqrt(max(seconds)) + eps)


def adamw_paper(past, eta, beta1, beta2, eps, decay):
    found = adam_paper(past, eta, beta1, beta2, eps)
    return {**found, "rho": found["rho"] + eta * decay * past.w}


def lion_paper(past, eta, beta1, beta2, decay):
    """The mean of the past, once more mixed with the newest gradient, gives the sign alone."""
    mixed = beta1 * mean_so_far(past.g[:-1], beta2) + (1 - beta1) * past.g[-1]
    rho = eta * (mp.sign(mixed) + decay * past.w)
    return {"rho": rho, "C": mixed, "M": mean_so_far(past.g, beta2)}


ADAM = {"eta": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 0.001}
RMSPROP = {"eta": 0.05, "gamma": 0.9, "eps": 0.001}
ROWS = (
    ("gd", "paper", gd, {"eta": 0.01}),
    ("momentum", "lecture", momentum_lecture, {"alpha": 0.01, "beta": 0.005}),
    ("momentum", "paper", momentum_paper, {"eta": 0.01, "beta": 0.9}),
    ("nesterov", "lecture", nesterov_lecture, {"alpha": 0.004, "beta": 0.003}),
    ("nesterov", "paper", nesterov_paper, {"eta": 0.01, "beta": 0.9}),
    ("adagrad", "lecture", adagrad_lecture, {"eta": 0.1, "eps": 0.001}),
    ("adagrad", "paper", adagrad_paper, {"eta": 0.1, "eps": 0.001}),
    ("rmsprop", "lecture", rmsprop_lecture, RMSPROP),
    ("rmsprop", "paper", rmsprop_paper, RMSPROP),
    ("adadelta", "lecture", adadelta_lecture, RMSPROP),
    ("adadelta", "paper", adadelta_paper, {"gamma": 0.95, "eps": 1e-06}),
    ("adam", "lecture", adam_lecture, ADAM),
    ("adam", "paper", adam_paper, ADAM),
    ("nadam", "lecture", nadam_lecture, ADAM),
    ("nadam", "paper", nadam_paper, ADAM),
    ("amsgrad", "paper", amsgrad_paper, {**ADAM, "beta2": 0.99, "eps": 1e-08}),
    ("adamw", "paper", adamw_paper, {**ADAM, "decay": 0.1}),
    ("lion", "paper", lion_paper, {"eta": 0.3, "beta1": 0.9, "beta2": 0.99, "decay": 0.1}),
)


def muon_paper(pasts, sizes, eta, beta, steps):
    """Newton-Schulz does to each singular value what its polynomial does to a number."""
    mixed = [past.g[-1] + beta * fading_sum(past.g, beta) for past in pasts]
    rho = []
    for rows, columns in shapes(sizes):
        entries, mixed = mixed[: rows * columns], mixed[rows * columns :]
        U, S, V = mp.svd_r(mp.matrix(by_rows(entries, columns)))
        S = mp.diag([newton_schulz(s / mp.norm(S), steps) for s in S])
        rho += list(eta * sqrt(max(mpf(1), mpf(rows) / columns)) * (U * S * V))
    return rho


def by_rows(entries, columns):
    return [entries[i : i + columns] for i in range(0, len(entries), columns)]


def newton_schulz(s, steps):
    a, b, c = mpf("3.4445"), mpf("-4.775"), mpf("2.0315")
    for _ in range(int(steps)):
        s = s * (a + b * s**2 + c * s**4)
    return s


def shapes(sizes):
    """W^(1), b^(1), W^(2), b^(2), … as (rows, columns)."""
    pairs = pairwise(sizes)
    return [shape for n_in, n_out in pairs for shape in ((n_out, n_in), (n_out, 1))]


LAYERED = (("muon", "paper", muon_paper, {"eta": 0.02, "beta": 0.95, "steps": 5}, (2, 3, 2)),)


def exact(number):
    """The decimal number that is written, not the float nearest to it."""
    return mpf(str(number))


def run(curvature, start, step):
    """Return the record of all updates; `step` says for a list of Past how far each one moves."""
    pasts = [Past(exact(c), exact(w)) for c, w in zip(curvature, start, strict=True)]
    record = []
    for k in range(1, UPDATES + 1):
        for past in pasts:
            past.g.append(past.gradient_at(past.w))
        found = step(pasts)
        for past, rho in zip(pasts, found["rho"], strict=True):
            past.rho.append(rho)
            past.w -= rho
        found = {"theta": [p.w for p in pasts], "rho": found.pop("rho"),
                 "gradient": [p.g[-1] for p in pasts], **found}  # fmt: skip
        record.append({"k": k, **{name: list(map(written, found[name])) for name in found}})
    return record


def written(number):
    return nstr(number, DIGITS)


def element_wise(function, hyper):
    """Make of a rule for one weight one for a list of them: name -> a number for each."""
    values = {name: exact(value) for name, value in hyper.items()}

    def step(pasts):
        found = [function(past, **values) for past in pasts]
        found = [one if isinstance(one, dict) else {"rho": one} for one in found]
        return {name: [one[name] for one in found] for name in found[0]}

    return step


def by_layers(function, sizes, hyper):
    values = {name: exact(value) for name, value in hyper.items()}
    return lambda pasts: {"rho": function(pasts, sizes, **values)}


def rows():
    for rule, form, function, hyper in ROWS:
        steps = run(CURVATURE, START, element_wise(function, hyper))
        yield {"rule": rule, "form": form, "hyper": hyper, "steps": steps}
    for rule, form, function, hyper, sizes in LAYERED:
        number = sum(m * n for m, n in shapes(sizes))
        problem = {
            "sizes": list(sizes),
            "curvature": list(range(1, number + 1)),
            "theta0": [(7 * i % 11 - 5) / 4 for i in range(number)],
        }
        steps = run(problem["curvature"], problem["theta0"], by_layers(function, sizes, hyper))
        yield {"rule": rule, "form": form, **problem, "hyper": hyper, "steps": steps}


def table():
    problem = "f(theta) = 1/2 sum c_i theta_i^2, c = (1, 10, 100), so gradient = c*theta"
    with mp.workdps(50):
        return {"problem": problem, "theta0": list(START), "rows": list(rows())}


def text():
    return json.dumps(table(), indent=1)


if __name__ == "__main__":
    Path(__file__).with_suffix(".json").write_text(text(), encoding="utf-8")
