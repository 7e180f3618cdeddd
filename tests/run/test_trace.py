"""The record: its public face, travel back to the bit, memory, and what happens when it can't."""

import copy
import dataclasses
import itertools
import tracemalloc

import numpy as np
import pytest
from examples import (
    FUNCTION_RULES,
    NETWORK_RULES,
    instances,
    one_hot,
    quadratic,
    same_bits,
    small_run,
)

import mlpteach as mt
from mlpteach.run import problem
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill
from mlpteach.run.update import Run

N_PARAMETERS = 4 * 5 + 5 + 5 * 3 + 3
PARAMETER_SHAPED = ("before", "after", "gradient", "rho", "M", "V", "M_hat", "V_hat")


@pytest.fixture(scope="module")
def trace():
    return small_run()


def arrays_of(step):
    """Yield the name and the array of everything a step holds."""
    for name in ("A", "Z", "sensitivity"):
        for layer, array in getattr(step, name).items():
            yield f"{name}[{layer}]", array
    for name in ("before", "after", "gradient", "rho"):
        yield name, getattr(step, name).flat
    for kind in ("quantities", "state_before"):
        for name, value in getattr(step, kind).items():
            yield f"{kind} {name}", np.asarray(getattr(value, "flat", value))
    if step.batch is not None:
        yield "batch", step.batch
    yield "numbers", np.array([step.k, step.epoch, step.loss, step.factor])


def bits(step):
    return {name: (array.shape, array.tobytes()) for name, array in arrays_of(step)}


# The public face.


def test_an_update_of_a_network(trace):
    step = trace[2]
    assert (step.k, step.epoch) == (3, 1)
    assert step.batch.shape == (6,)
    assert isinstance(step.loss, float)
    assert {layer: A.shape for layer, A in step.A.items()} == {1: (4, 6), 2: (5, 6), 3: (3, 6)}
    assert {layer: Z.shape for layer, Z in step.Z.items()} == {1: (5, 6), 2: (3, 6)}
    assert {layer: V.shape for layer, V in step.sensitivity.items()} == {1: (5, 6), 2: (3, 6)}


@pytest.mark.parametrize("name", PARAMETER_SHAPED)
def test_what_is_shaped_like_the_parameters(trace, name):
    value = getattr(trace[2], name)
    assert value.flat.shape == (N_PARAMETERS,)
    assert value.flat.dtype == np.float64
    assert {layer: W.shape for layer, W in value.W.items()} == {1: (5, 4), 2: (3, 5)}
    assert {layer: b.shape for layer, b in value.b.items()} == {1: (5,), 2: (3,)}
    joined = [array.ravel() for layer in (1, 2) for array in (value.W[layer], value.b[layer])]
    assert same_bits(np.concatenate(joined), value.flat)


def test_an_update_of_a_function():
    step = mt.descend(quadratic([1, 2, 3]), [1.0, 1.0, 1.0], steps=4)[3]
    assert (step.k, step.epoch, step.batch) == (4, 4, None)
    assert (len(step.A), len(step.Z), len(step.sensitivity)) == (0, 0, 0)
    for name in PARAMETER_SHAPED:
        assert getattr(step, name).flat.shape == (3,)
        assert (len(getattr(step, name).W), len(getattr(step, name).b)) == (0, 0)


def test_the_quantities_are_in_the_order_of_the_lines(trace):
    assert trace.lines == ("M", "V", "M_hat", "V_hat", "rho")
    assert tuple(trace[0].quantities) == trace.lines


def test_the_instances_of_a_batch_are_the_columns_of_a1(trace):
    X, _ = instances(20)
    for step in trace:
        np.testing.assert_array_equal(step.A[1], X[step.batch].T)


def test_an_update_starts_where_the_last_one_ended(trace):
    for step, following in itertools.pairwise(trace):
        assert same_bits(step.after.flat, following.before.flat)
        assert same_bits(step.M.flat, following.state_before["M"].flat)
        assert same_bits(step.V.flat, following.state_before["V"].flat)
    assert same_bits(trace[0].before.flat, trace.network(0).parameters.flat)


def test_after_is_before_minus_rho(trace):
    for step in trace:
        assert same_bits(step.after.flat, step.before.flat - step.rho.flat)


def test_the_loss_is_of_the_batch_before_the_update(trace):
    X, y = instances(20)
    for step in trace:
        net = trace.network(step.k - 1)
        assert net.loss(X[step.batch], y[step.batch]) == pytest.approx(step.loss, rel=1e-14)


def test_an_unknown_quantity_is_refused_by_name(trace):
    with pytest.raises(AttributeError, match=r"no quantity 'velocity'.*M, V, M_hat, V_hat, rho"):
        _ = trace[0].velocity


@pytest.mark.parametrize("layer", [0, 3, -1, "1", None])
def test_layers_are_counted_from_one(trace, layer):
    with pytest.raises(KeyError, match=r"counted 1 … 2"):
        _ = trace[0].Z[layer]


# Frozen.


@pytest.mark.parametrize("batch_size", [6, None])
def test_every_array_is_read_only(batch_size):
    step = small_run(batch_size=batch_size)[3]
    for name, array in arrays_of(step):
        if name != "numbers":
            assert not array.flags.writeable, name
    with pytest.raises(ValueError, match="read-only"):
        step.before.W[1][0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        step.A[1][0, 0] = 1.0


def test_a_step_is_frozen(trace):
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace[0].k = 2


def test_losses_are_read_only(trace):
    with pytest.raises(ValueError, match="read-only"):
        trace.losses[0] = 0.0


# A sequence of updates, and epochs.


def test_length_and_index(trace):
    assert len(trace) == 16
    assert [trace[i].k for i in (0, 7, 15, -1, -16, np.int64(3))] == [1, 8, 16, 16, 1, 4]
    assert [step.k for step in trace] == list(range(1, 17))
    assert [step.k for step in reversed(trace)] == list(range(16, 0, -1))


@pytest.mark.parametrize(
    "part", [slice(None), slice(3, 6), slice(-2, None), slice(10, 2, -3), slice(20, 30)]
)
def test_slices(trace, part):
    assert [step.k for step in trace[part]] == list(range(1, 17))[part]


@pytest.mark.parametrize("index", [16, -17, 1000])
def test_an_index_outside_is_refused(trace, index):
    with pytest.raises(IndexError, match=r"the trace holds 16 updates, trace\[0\] is k = 1"):
        _ = trace[index]


@pytest.mark.parametrize("index", ["1", 1.0, None])
def test_an_index_is_a_whole_number(trace, index):
    with pytest.raises(TypeError, match="whole number or a slice"):
        _ = trace[index]


def test_epochs(trace):
    assert trace.epochs == 4
    assert [trace.epoch(number).k for number in (1, 2, 3, 4)] == [4, 8, 12, 16]
    assert [step.epoch for step in trace] == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4


@pytest.mark.parametrize(
    ("number", "error"), [(0, ValueError), (5, ValueError), (-1, ValueError), (1.0, TypeError)]
)
def test_an_epoch_outside_is_refused(trace, number, error):
    with pytest.raises(error, match=r"epoch must be a whole number >= 1 and <= 4; given"):
        trace.epoch(number)


def test_a_stretch_of_updates(trace):
    assert [step.k for step in trace.steps(3, 7)] == [3, 4, 5, 6, 7]
    assert [step.k for step in trace.steps(16, 16)] == [16]


@pytest.mark.parametrize(
    ("first", "last", "name"), [(0, 3, "first"), (17, 17, "first"), (5, 4, "last"), (1, 17, "last")]
)
def test_a_stretch_outside_is_refused(trace, first, last, name):
    with pytest.raises(ValueError, match=rf"{name} must be a whole number >= \d+ and <= 16"):
        trace.steps(first, last)


def test_losses(trace):
    assert same_bits(trace.losses, [step.loss for step in trace])


def test_networks_on_the_way(trace):
    for k in (0, 1, 9, 16):
        expected = trace[k - 1].after if k else trace[0].before
        assert same_bits(trace.network(k).parameters.flat, expected.flat)
    assert same_bits(trace.network().parameters.flat, trace[-1].after.flat)
    assert trace.network().hidden == ("tanh",)


@pytest.mark.parametrize(("k", "error"), [(-1, ValueError), (17, ValueError), ("1", TypeError)])
def test_a_network_outside_is_refused(trace, k, error):
    with pytest.raises(error, match=r"k must be a whole number >= 0 and <= 16"):
        trace.network(k)


def test_a_function_has_no_network():
    with pytest.raises(TypeError, match="plain function"):
        mt.descend(quadratic([1]), [1.0], steps=2).network()


def test_what_is_printed(trace):
    assert repr(trace).startswith("<trace of 16 updates by <rule adam, form lecture")
    assert repr(trace[2]).startswith("<update k=3, epoch 1, loss ")


# Back to the bit.

SCHEDULES = ["cooling", "exponential", "staircase", "adaptive", lambda eta, k: eta / k]


def check_travel(trace):
    """All updates forwards, then backwards, then in any order: equal to the bit."""
    forwards = [bits(step) for step in trace]
    for k in range(len(trace), 0, -1):
        assert bits(trace[k - 1]) == forwards[k - 1], f"back to update {k}"
    order = np.random.default_rng(0).permutation(len(trace))
    for i in order:
        assert bits(trace[int(i)]) == forwards[i], f"jump to update {i + 1}"
    assert [bits(step) for step in trace[5:40:7]] == forwards[5:40:7]


@pytest.mark.parametrize(("rule", "form"), [*NETWORK_RULES, ("lbfgs", "paper")])
@pytest.mark.parametrize("batch_size", [6, None])
def test_travel_through_a_training(rule, form, batch_size):
    updates_per_epoch = 1 if batch_size is None else 4
    check_travel(
        small_run(mt.rule(rule, form), epochs=44 // updates_per_epoch, batch_size=batch_size)
    )


@pytest.mark.parametrize(("rule", "form"), [*FUNCTION_RULES, ("lbfgs", "paper")])
def test_travel_down_a_function(rule, form):
    check_travel(mt.descend(quadratic([1, 0.1]), [1.0, 1.5], rule=mt.rule(rule, form), steps=44))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_travel_with_a_schedule(schedule):
    check_travel(small_run(mt.rule("gd", eta=0.9), epochs=11, schedule=schedule, l2=0.01))


def test_travel_with_an_own_function():
    def momentum(k, G, v, *, eta=0.1):
        v *= 0.9  # in place: the reader's own affair
        v += eta * G
        return {"v": v, "rho": v}

    check_travel(small_run(momentum, epochs=11))


def test_what_is_looked_at_is_what_was_computed(monkeypatch):
    """The numbers of the run itself, caught on the way, not those of a second look."""
    seen = []
    record = Trace.record

    def listen(self, update, seconds):
        seen.append(copy.deepcopy(update))  # the next update fills the same arrays
        record(self, update, seconds)

    monkeypatch.setattr(Trace, "record", listen)
    trace = small_run(epochs=10)
    for update, step in zip(seen, trace, strict=True):
        assert same_bits(update.evaluation.gradient, step.gradient.flat)
        assert same_bits(update.state.theta, step.after.flat)
        assert same_bits(update.quantities["V_hat"], step.V_hat.flat)
        assert same_bits(update.evaluation.sensitivity[0], step.sensitivity[1])


def test_a_step_stays_what_it_was_while_others_are_computed():
    trace = small_run(epochs=11)
    step = trace[20]
    expected = bits(step)
    list(trace)
    mt.rerun(trace, mt.rule("momentum"))
    assert bits(step) == expected


@pytest.mark.parametrize(("rule", "form"), [*NETWORK_RULES, ("lbfgs", "paper")])
def test_nothing_that_an_update_hands_on_is_the_gradients_own_array(rule, form):
    """A training fills the gradient's array anew at every update."""
    run = small_run(mt.rule(rule, form), epochs=1, batch_size=None).run
    update = run.advance(1, run.start())
    for name, array in update.state.arrays():
        assert not np.may_share_memory(array, update.evaluation.gradient), name


def remembers_the_gradient_itself(k, G, old, *, eta):
    rho = eta * (G + old)
    return mt.Quantities(rho=rho, old=G)


def remembers_a_view(k, G, old, *, eta):
    rho = eta * (G + old)
    return mt.Quantities(rho=rho, old=G[:])


@pytest.mark.parametrize("function", [remembers_the_gradient_itself, remembers_a_view])
def test_a_rule_of_the_table_may_hand_on_the_gradient(function):
    """Where a reader's own rule is given copies, one of the table is given the array itself."""
    own = mt.rule(function, eta=0.1)
    known = dataclasses.replace(own, form="paper", function=function)
    trace, expected = small_run(known), small_run(own)
    assert same_bits(trace.losses, expected.losses)
    assert [step.loss for step in trace] == trace.losses.tolist()


def test_two_readers_do_not_disturb_each_other():
    trace = small_run(epochs=11)
    expected = [bits(step) for step in trace]
    first, second = iter(trace), iter(trace)
    next(first)
    for i, (ahead, behind) in enumerate(zip(first, second, strict=False)):
        assert bits(ahead) == expected[i + 1]
        assert bits(behind) == expected[i]
        assert bits(trace[20]) == expected[20]


def test_an_update_that_is_looked_at_again_is_computed_alone(monkeypatch):
    trace, computed, advance = small_run(epochs=20), [], Run.advance

    def noted(run, k, state):
        computed.append(k)
        return advance(run, k, state)

    monkeypatch.setattr(Run, "advance", noted)
    for _ in range(3):
        assert trace[40].k == 41
    assert computed == [*range(33, 42), 41, 41]  # from the checkpoint at 32, then from 40
    assert trace[41].k == 42
    assert computed[-2:] == [41, 42]


# Memory.


def wide_trace(planned, budget, rule="adam"):
    X, y = instances(n=8, inputs=60)
    net = mt.MLP((60, 20, 3), seed=1)
    problem = mt.train(net, X, y, epochs=1, batch_size=4, rule=rule).run
    return Trace(problem, planned, budget=budget)


def test_memory_is_bounded_however_long_the_run():
    sizes = {}
    for planned in (500, 2000):
        trace = fill(wide_trace(planned, budget=400_000))
        assert len(trace) == planned
        sizes[planned] = trace.nbytes
        assert trace.nbytes <= 400_000 + 24 * planned
        check = {k: bits(trace[k - 1]) for k in (planned, 1, planned // 2)}
        assert check[planned // 2] == bits(trace[planned // 2 - 1])
    assert sizes[2000] < 1.2 * sizes[500]


def test_memory_is_what_python_counts():
    fill(wide_trace(20, budget=400_000))  # what is kept for good is loaded before counting
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        trace = fill(wide_trace(600, budget=400_000))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert trace.nbytes < after - before < 1.3 * trace.nbytes


def test_the_growing_memory_of_lbfgs_is_counted():
    objective = quadratic(np.logspace(0, 6, 500))
    run = mt.descend(objective, np.ones(500), rule="lbfgs", steps=1).run
    trace = fill(Trace(run, 100, budget=250_000))
    assert trace[90].s_memory.shape == (10, 500)
    assert trace.nbytes <= 250_000 + 24 * 100
    held = [array.nbytes for state in trace._checkpoints for _, array in state.arrays()]
    assert 50_000 < sum(held) <= trace.nbytes
    forwards = [bits(step) for step in trace]
    assert [bits(trace[i]) for i in (99, 31, 64, 0)] == [forwards[i] for i in (99, 31, 64, 0)]


def test_fashion_mnist_stays_in_its_bounds():
    """4,700 updates of 784-50-10 by Adam: below 256 MB, and never far from a checkpoint."""
    net = mt.MLP((784, 50, 10))
    run = mt.train(net, np.zeros((1, 784)), [0], epochs=1).run
    trace = Trace(run, planned=4700)
    state = run.start().nbytes
    assert state == 3 * 8 * 39_760
    assert state * (4700 // trace._stride + 1) < 250e6
    assert trace._stride <= 40


def test_a_step_does_not_stay_in_the_trace():
    trace = small_run(epochs=11)
    size = trace.nbytes
    list(trace)
    assert trace.nbytes == size


# Data that change after the run.


def change(array):
    array += 1.0


@pytest.mark.parametrize("batch_size", [6, None])
def test_small_data_are_copied(batch_size):
    X, y = instances()
    y = one_hot(y)
    trace = mt.train(mt.MLP((4, 5, 3)), X, y, epochs=20, batch_size=batch_size)
    expected = [bits(step) for step in trace]
    change(X)
    change(y)
    assert [bits(step) for step in trace] == expected


def test_labels_and_starts_are_copied():
    X, y = instances()
    trace = mt.train(mt.MLP((4, 5, 3)), X, y, epochs=6, batch_size=6)
    theta0 = np.array([1.0, 2.0])
    descent = mt.descend(quadratic([1, 2]), theta0, steps=5)
    expected = bits(trace[2]), bits(descent[0])
    y[:] = 0
    change(theta0)
    assert (bits(trace[2]), bits(descent[0])) == expected


@pytest.mark.parametrize("batch_size", [6, None])
def test_changed_data_too_large_to_copy_are_noticed(monkeypatch, batch_size):
    monkeypatch.setattr(problem, "_COPIED_BYTES", 100)
    X, y = instances()
    trace = mt.train(mt.MLP((4, 5, 3)), X, y, epochs=20, batch_size=batch_size)
    kept = X.copy()
    change(X)
    for look in (lambda: trace[0], lambda: trace[-1], lambda: list(trace)):
        with pytest.raises(mt.ReplayError, match=r"update k = \d+ gave the cost .* the run had"):
            look()
    X[:] = kept
    assert len(list(trace)) == len(trace)


def test_data_of_64_mb_are_copied_and_not_more():
    assert problem._COPIED_BYTES == 64 * 2**20


def test_an_objective_that_changes_is_noticed():
    curvature = np.array([1.0, 2.0])

    def objective(theta):
        return 0.5 * float(curvature @ theta**2), curvature * theta

    trace = mt.descend(objective, [1.0, 1.0], steps=40)
    curvature[1] = 3.0
    with pytest.raises(mt.ReplayError, match="is the rule or the objective random"):
        _ = trace[30]


def test_an_objective_may_return_its_own_array():
    gradient = np.zeros(2)

    def objective(theta):
        gradient[:] = theta
        return 0.5 * float(theta @ theta), gradient

    check_travel(mt.descend(objective, [1.0, -1.0], rule="momentum", steps=44))


def test_an_objective_may_spoil_what_it_was_given():
    def objective(theta):
        value, slope = 0.5 * float(theta @ theta), theta.copy()
        theta[:] = np.nan
        return value, slope

    check_travel(mt.descend(objective, [1.0, -1.0], steps=44))


def test_gather_gives_the_numbers_of_every_step():
    trace = mt.descend(mt.LANDSCAPES["valley"], [1.0, 1.5], rule="nesterov", steps=20)
    names = ("before", "after", "gradient", "rho", "W_ahead")
    arrays = trace.gather(*names)
    for name in names:
        expected = [getattr(step, name).flat for step in trace]
        np.testing.assert_array_equal(arrays[name], expected)


def test_gather_keeps_what_was_asked_for_only():
    X, y = instances(64, inputs=50)
    trace = mt.train(mt.MLP((50, 4, 3)), X, y, epochs=100, batch_size=None)
    trace.gather("rho")  # what is imported or made once
    tracemalloc.start()
    try:
        gathered = trace.gather("rho")["rho"]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * gathered.nbytes  # an update as a whole holds eleven times as much


def test_gather_of_a_run_that_broke_at_once_is_empty():
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(lambda x: (np.inf, x), [1.0, 1.0], rule="gd", steps=5)
    assert trace.gather("before")["before"].shape == (0, 2)


# What each update cost.


def counting(objective):
    """Return the objective and a list that grows by one with every call."""
    calls = []

    def counted(theta):
        calls.append(1)
        return objective(theta)

    return counted, calls


@pytest.mark.parametrize(
    ("rule", "each"),
    [("gd", 1), ("momentum", 1), (mt.rule("nesterov", "paper", eta=0.01), 2), ("lbfgs", None)],
)
def test_evaluations_are_the_calls_of_the_objective(rule, each):
    objective, calls = counting(quadratic([1.0, 10.0]))
    trace = mt.descend(objective, [1.0, -2.0], rule=rule, steps=6)
    assert trace.evaluations.sum() == len(calls) - 1  # one more checks what it returns
    if each is None:
        assert (trace.evaluations >= 2).all()
    else:
        assert trace.evaluations.tolist() == [each] * 6


def test_looking_back_changes_neither_evaluations_nor_seconds():
    X, y = instances()
    trace = mt.train(mt.MLP((4, 5, 3)), X, y, rule="lbfgs", batch_size=None, epochs=20)
    evaluations, seconds = trace.evaluations.copy(), trace.seconds.copy()
    list(trace)
    assert trace[3].k == 4
    np.testing.assert_array_equal(trace.evaluations, evaluations)
    np.testing.assert_array_equal(trace.seconds, seconds)
    with pytest.raises(ValueError, match="read-only"):
        trace.seconds[0] = 0.0


def test_seconds_are_those_of_the_updates_alone(monkeypatch):
    """A clock that only the problem moves: 1 s an evaluation, and 100 s a validation."""
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    network_problem = problem.NetworkProblem

    def slow(method, seconds):
        def slowed(*arguments):
            now[0] += seconds
            return method(*arguments)

        return slowed

    monkeypatch.setattr(network_problem, "evaluate", slow(network_problem.evaluate, 1.0))
    monkeypatch.setattr(network_problem, "score", slow(network_problem.score, 100.0))
    trace = small_run(mt.rule("nesterov", "paper"), epochs=2, validation=instances())
    assert trace.seconds.tolist() == [2.0] * len(trace)
    assert now[0] == 2.0 * len(trace) + 200.0


def test_what_a_diverged_run_cost_ends_with_it():
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(quadratic([1.0]), [1.0], rule=mt.rule("gd", eta=1e60), steps=50)
    assert len(trace.evaluations) == len(trace.seconds) == len(trace.factors) == len(trace) < 50


@pytest.mark.parametrize("id", list(mt.SCHEDULES))
@pytest.mark.parametrize("batch_size", [6, None])
def test_factors_are_those_of_the_steps(id, batch_size):
    schedule = mt.SCHEDULES[id]
    schedule = schedule(k_d=3) if "k_d" in schedule.hypers else schedule
    rule = mt.rule("gd", eta=30.0)
    trace = small_run(rule, epochs=12, batch_size=batch_size, schedule=schedule)
    assert trace.factors.tolist() == [step.factor for step in trace]
    assert (len(set(trace.factors)) > 1) == (id != "constant")
