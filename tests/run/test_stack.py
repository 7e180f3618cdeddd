"""Many runs as one computation: the numbers of each run alone, whoever else is in the stack."""

import warnings

import numpy as np
import pytest
from examples import instances, one_hot

import mlpteach as mt
from mlpteach.run.problem import FunctionProblem, NetworkProblem
from mlpteach.run.stack import Stack
from mlpteach.run.trace import Trace
from mlpteach.run.train import DivergenceWarning, fill
from mlpteach.run.update import Run
from mlpteach.tables.landscapes import noisy
from mlpteach.tables.schedules import as_schedule

STEPS = 37
SIZES = (0.001, 0.01, 0.1, 1.0, 10.0)
FORMS = [(id, form) for id, optimizer in mt.RULES.items() for form in optimizer.forms]


def network(loss="cross_entropy", hidden="tanh", output="sigmoid", batch_size=6, l2=0.0):
    X, y = instances(20)
    net = mt.MLP((4, 5, 4, 3), hidden=hidden, output=output, seed=3)
    X, Y, loss, l2 = net.check_problem(X, one_hot(y), loss, l2)
    return NetworkProblem(net, X, Y, loss, l2, batch_size, seed=1)


def steep(theta, k):
    """A quadratic that turns; gradients of plain Python, one place at a time."""
    curvature = np.array([1.0, 30.0]) if k % 2 else np.array([30.0, 1.0])
    return 0.5 * float(curvature @ theta**2), curvature * theta


PROBLEMS = {
    "network, mini-batches": network(),
    "network, full batch, L2": network("softmax_cross_entropy", "silu", "softmax", None, 0.1),
    "network, long way": network("mse", ("relu", "sigmoid"), "linear"),
    "landscape": FunctionProblem(mt.LANDSCAPES["beale"], np.array([1.0, 1.5])),
    "noisy landscape": FunctionProblem(noisy(mt.LANDSCAPES["valley"], 2.0), np.array([-4.0, 0.5])),
    "own function": FunctionProblem(steep, np.array([1.0, -2.0])),
    "allowed places": FunctionProblem(
        mt.LANDSCAPES["himmelblau"], np.array([0.0, 0.0]), lambda theta: np.clip(theta, -2, 2)
    ),
}


def alone(run, steps=STEPS):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        return fill(Trace(run, steps))


def together(runs, steps=STEPS):
    """Return the stack, costs (runs, steps) and last places of the runs."""
    stack = Stack(runs, [steps] * len(runs))
    costs, last = np.full((len(runs), steps), np.nan), {}
    for places in stack.places():
        if places.J is None:
            last |= dict(zip(places.runs.tolist(), places.W, strict=True))
        else:
            costs[places.runs, places.k - 1] = places.J
    return stack, costs, last


def assert_same(runs, steps=STEPS, unsure=()):
    """Every run is in the stack what it is alone."""
    stack, costs, last = together(runs, steps)
    assert stack.unsure == set(unsure)
    for i, run in enumerate(runs):
        trace = alone(run, steps)
        assert (i in stack.diverged) == (trace.diverged is not None), (i, run, trace)
        if i in stack.diverged:
            n = min(len(trace), 2)
            np.testing.assert_allclose(costs[i, :n], trace.losses[:n], rtol=1e-9)
        else:
            # What one rounding differs in the first update, wild runs amplify.
            np.testing.assert_allclose(costs[i], trace.losses, rtol=1e-6, atol=1e-12)
            np.testing.assert_allclose(last[i], trace[-1].after.flat, rtol=1e-6, atol=1e-9)


def with_sizes(rule, problem, schedule=None):
    rules = [rule.with_step_size(size) for size in SIZES] if rule.tuned else [rule]
    return [Run(problem, rule, as_schedule(schedule, rule.step_size)) for rule in rules]


def can_share(form):
    rule = mt.rule(*form)
    return not rule.needs_layers and not rule.own_step_length


SHARED = [form for form in FORMS if can_share(form)]


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
@pytest.mark.parametrize(("id", "form"), SHARED)
def test_every_rule_on_every_kind_of_problem(id, form, problem):
    assert_same(with_sizes(mt.rule(id, form), problem))


@pytest.mark.parametrize("schedule", mt.SCHEDULES)
@pytest.mark.parametrize(("id", "form"), SHARED)
def test_every_rule_under_every_schedule(id, form, schedule):
    rule = mt.rule(id, form)
    if rule.step_size is None and schedule not in ("constant", "adaptive"):
        rule, schedule = rule.bind(gamma=0.5), "adaptive"  # no others are for a rule without a step
    for problem in ("network, mini-batches", "landscape"):
        assert_same(with_sizes(rule, PROBLEMS[problem], schedule))


@pytest.mark.parametrize("form", [form for form in FORMS if form not in SHARED])
def test_rules_that_see_more_than_entries_run_alone(form):
    runs = with_sizes(mt.rule(*form), PROBLEMS["network, mini-batches"])
    stack, costs, _ = together(runs)
    assert stack.unsure == set(range(len(runs)))
    assert np.isnan(costs).all()


def test_all_rules_in_one_stack():
    problem = PROBLEMS["landscape"]
    assert_same([run for form in SHARED for run in with_sizes(mt.rule(*form), problem)])


def test_any_hyper_parameter_may_differ():
    values = [
        {"beta1": 0.5},
        {"beta2": 0.9, "eps": 1e-2},
        {"eta": 0.3, "beta1": 0.0},
        {"bias_correction": False},
    ]
    for form in ("lecture", "paper"):
        for some in (values[:3], values[3:]):
            rules = [mt.rule("adam", form, **given) for given in some]
            assert_same(
                [Run(PROBLEMS["landscape"], rule, as_schedule(None, "eta")) for rule in rules]
            )


def test_runs_with_a_switch_on_and_off_run_alone():
    rules = [mt.rule("adam", bias_correction=value) for value in (True, False)]
    runs = [Run(PROBLEMS["landscape"], rule, as_schedule(None, "eta")) for rule in rules]
    assert together(runs)[0].unsure == {0, 1}


def test_a_run_makes_as_many_updates_as_it_is_given():
    problem = PROBLEMS["landscape"]
    runs = [
        Run(problem, mt.rule(id, eta=1e-3), as_schedule(None, "eta")) for id in ("gd", "gd", "adam")
    ]
    seen = {}
    for places in Stack(runs, [3, 3, 5]).places():
        for i, W in zip(places.runs.tolist(), places.W, strict=True):
            seen.setdefault(i, []).append(W)
    assert {i: len(places) for i, places in seen.items()} == {0: 4, 1: 4, 2: 6}
    for i, run in enumerate(runs):
        np.testing.assert_allclose(seen[i][-1], alone(run, len(seen[i]) - 1)[-1].after.flat)


# Runs that leave.


@pytest.mark.parametrize("name", ["noisy landscape", "network, long way", "own function"])
def test_who_stays_does_not_notice_who_diverges(name):
    rule = mt.rule("momentum", "paper")
    runs = with_sizes(rule, PROBLEMS[name])
    calm, wild = runs[:2], [Run(runs[0].problem, rule.bind(eta=1e200), runs[0].schedule)]
    _, costs, last = together(calm)
    stack, beside_wild, last_beside = together([calm[0], *wild, calm[1]])
    assert stack.diverged == {1}
    # A network's products may round otherwise at another place in memory.
    rtol = 1e-12 if name.startswith("network") else 0.0
    np.testing.assert_allclose(beside_wild[[0, 2]], costs, rtol=rtol)
    np.testing.assert_allclose([last_beside[0], last_beside[2]], [last[0], last[1]], rtol=rtol)


@pytest.mark.parametrize("factor", [1e2, 1e3, 1e4, 1e5, 1e8])
@pytest.mark.parametrize("form", SHARED)
def test_whether_a_run_has_diverged_is_known_to_the_update(form, factor):
    """Near the end of the floats, where squares overflow long before the parameters do."""
    rule = mt.rule(*form)

    def explodes(theta):
        return 1.0, -factor * theta

    problem = FunctionProblem(explodes, np.array([1.0, 1e-3]))
    for steps in (15, 16, 17, 33, 48):
        assert_same(with_sizes(rule, problem), steps)


def test_a_network_far_from_all_sense_is_left_to_the_run_alone():
    X, y = instances(20)
    net = mt.MLP((4, 3), output="linear", weights=[(np.full((3, 4), 1e80), np.zeros(3))])
    X, Y, loss, l2 = net.check_problem(X, one_hot(y), "mse", 0.0)
    problem = NetworkProblem(net, X, Y, loss, l2, None, 1)
    runs = [Run(problem, mt.rule("gd", eta=eta), as_schedule(None, "eta")) for eta in (1e-9, 1e-8)]
    assert together(runs, 20)[0].unsure == {0, 1}


# Readers' own rules and functions.


def my_momentum(k, G, v, *, eta=0.1, beta=0.9):
    v = beta * v + eta * G
    return {"v": v, "rho": v}


def my_clipped(k, W, G, J, v, *, eta=0.1, bound=1.0):
    v = np.where(abs(G) > bound, bound * np.sign(G), G) + 0.0 * v
    return mt.Quantities(v=v, rho=eta * v / (1 + abs(J)) + 1e-3 * W)


def my_constant(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta)


def my_look_ahead(k, W, gradient_at, G_previous, *, eta=0.1):
    return mt.Quantities(rho=eta * gradient_at(W - eta * G_previous))


def my_change_with_k(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * G if k < 20 else 0.5 * eta * G)


def my_extra(k, G, M, *, eta=0.1):
    M = 0.5 * M + G
    return mt.Quantities(M=M, rho=eta * M, huge=M * 1e200 * G * 1e200)


OWN = (my_momentum, my_clipped, my_constant, my_look_ahead, my_change_with_k, my_extra)


@pytest.mark.parametrize("function", OWN)
@pytest.mark.parametrize("name", ["network, mini-batches", "landscape", "own function"])
def test_own_rules_that_act_on_entries_are_stacked(function, name):
    assert_same(with_sizes(mt.rule(function), PROBLEMS[name]))


def my_normed(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * G / np.linalg.norm(G))


def my_normed_later(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * G if k < 20 else eta * G / np.sqrt(np.sum(G * G)))


def my_if(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * G if G.max() < 1.0 else 0.1 * eta * G)


def my_if_eta(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * G if eta < 0.5 else 0.5 * G)


def my_caught(k, G, *, eta=0.1):
    try:
        length = max(1.0, np.abs(G).max())
    except Exception:
        length = 1.0
    return mt.Quantities(rho=eta * G / length)


def my_first_entry(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * (G + 0.1 * G[0]))


def my_in_place(k, G, M, *, eta=0.1):
    before = M
    M *= 0.9
    M += G
    return mt.Quantities(M=M, rho=eta * (M - before))


def my_two_looks(k, W, G, gradient_at, *, eta=0.1):
    return mt.Quantities(rho=eta * (gradient_at(W - eta * G) + gradient_at(W + eta * G)))


def my_look_at_times(k, W, G, gradient_at, *, eta=0.1):
    return mt.Quantities(rho=eta * (gradient_at(W - eta * G) if k % 2 else G))


def my_checked(k, G, *, eta=0.1):
    return mt.Quantities(rho=eta * (G if isinstance(G, np.ndarray) else 0 * G))


MIXING = (
    *(my_normed, my_normed_later, my_if, my_if_eta, my_caught, my_first_entry, my_in_place),
    *(my_two_looks, my_look_at_times, my_checked),
)


@pytest.mark.parametrize("function", MIXING)
def test_own_rules_that_could_mix_the_runs_run_alone(function):
    runs = with_sizes(mt.rule(function), PROBLEMS["allowed places"])
    assert together(runs)[0].unsure == set(range(len(runs)))


@pytest.mark.parametrize("returned", [{}, {"M": 1.0}, 3.0, None, {"rho": "a"}, {"rho": np.ones(3)}])
def test_mistakes_of_own_rules_are_left_to_the_run_alone(returned):
    runs = with_sizes(mt.rule(lambda k, G, M, *, eta=0.1: returned), PROBLEMS["landscape"])
    assert together(runs)[0].unsure == set(range(len(runs)))


def test_a_function_that_raises_is_left_to_the_run_alone_and_disturbs_nobody():
    def root(theta):
        if theta[0] < 0:
            raise ZeroDivisionError("no root there")
        return float(np.sqrt(theta[0])), 0.5 / np.sqrt(theta)

    problem = FunctionProblem(root, np.array([1.0]))
    runs = [
        Run(problem, mt.rule("gd", eta=eta), as_schedule(None, "eta")) for eta in (1e-3, 3.0, 0.01)
    ]
    stack, costs, _ = together(runs)
    assert (stack.unsure, stack.diverged) == ({1}, set())
    np.testing.assert_array_equal(costs[[0, 2]], [alone(runs[i]).losses for i in (0, 2)])


def test_a_function_that_changes_its_argument_changes_no_run():
    def bowl(theta):
        value = float(theta @ theta)
        theta *= 2
        return value, theta

    runs = with_sizes(mt.rule("gd"), FunctionProblem(bowl, np.ones(2)))
    assert_same(runs)


def told_breaks_for_large_steps(k, G, *, eta=0.1):
    """What breaks reaches neither W nor the next update."""
    told = np.where((np.abs(G) * eta > 0.5) & (k == 3), np.inf, G)
    return {"told": told, "rho": 0.01 * eta * G}


def test_what_an_own_rule_tells_and_does_not_use_breaks_its_run_alone():
    problem = PROBLEMS["landscape"]
    rules = [mt.rule(told_breaks_for_large_steps, eta=eta) for eta in (1e-3, 10.0, 1e-2)]
    runs = [Run(problem, rule, as_schedule(None, rule.step_size)) for rule in rules]
    assert [alone(run).diverged is not None for run in runs] == [False, True, False]
    assert_same(runs)
