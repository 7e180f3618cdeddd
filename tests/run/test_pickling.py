"""Traces, rules and schedules are kept over night, copied, and sent to other processes."""

import copy
import io
import pickle
import re
import subprocess
import sys

import cloudpickle
import joblib
import numpy as np
import pytest
from examples import NETWORK_RULES, instances, quadratic, same_bits, small_run

import mlpteach as mt
from mlpteach.tables.landscapes import noisy, own_landscape

TABLES = {
    name: getattr(mt, name)
    for name in (
        "RULES", "LOSSES", "ACTIVATIONS", "INITIALIZERS", "SCHEDULES", "LANDSCAPES",
        "COUNTEREXAMPLES",
    )
}  # fmt: skip


# A reader's own functions, with a name at the top level of a module.


def my_momentum(k, G, v, *, eta=0.1):
    v = 0.9 * v + eta * G
    return {"v": v, "rho": v}


def my_schedule(eta, k):
    return eta / (1 + k)


def my_bowl(W):
    return float(W @ W), 2 * W


def my_interval(W):
    return np.clip(W, -1.0, 1.0)


def my_cost(Y, A):
    return (Y - A) ** 2


def my_sensitivity(Y, A):
    return A - Y


def my_activation(Z):
    return np.arctan(Z)


def my_start(n_in, n_out, rng):
    return 0.3 * rng.standard_normal((n_out, n_in))


def by_pickle(thing):
    return pickle.loads(pickle.dumps(thing))


def by_joblib(thing):
    file = io.BytesIO()
    joblib.dump(thing, file)
    file.seek(0)
    return joblib.load(file)


def by_cloudpickle(thing):
    return pickle.loads(cloudpickle.dumps(thing))


COPIES = [by_pickle, by_joblib, by_cloudpickle, copy.deepcopy, copy.copy]


def own_everything():
    X, y = instances()
    net = mt.MLP((4, 5, 3), hidden=my_activation, init=my_start, seed=3)
    return mt.train(
        net, X, y, rule=my_momentum, schedule=my_schedule, epochs=9, batch_size=6,
        loss=mt.own_cost(my_cost),
    )  # fmt: skip


RUNS = {
    "adam": lambda: small_run(epochs=9),
    "scheduled": lambda: small_run("gd", epochs=9, schedule="adaptive", validation=instances(7)),
    "lbfgs": lambda: small_run("lbfgs", epochs=20, batch_size=None),
    "own everything": own_everything,
    "own sensitivity": lambda: small_run(loss=my_sensitivity),
    "landscape": lambda: mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.5], steps=40),
    "own landscape": lambda: mt.descend(
        own_landscape(my_bowl, (-1, 1, -1, 1)), [1.0, 0.5], rule=my_momentum, steps=40
    ),
    "noisy": lambda: mt.descend(noisy(mt.LANDSCAPES["valley"], 0.1), [1.0, 1.0], steps=40),
    "counterexample": lambda: mt.descend(
        mt.COUNTEREXAMPLES["at_random"].change(seed=3), [0.5], steps=40, project=my_interval
    ),
}


@pytest.mark.parametrize("make_copy", COPIES, ids=lambda copy: copy.__name__)
@pytest.mark.parametrize("run", RUNS)
def test_a_copy_of_a_trace_holds_the_same_updates(run, make_copy):
    trace = RUNS[run]()
    again = make_copy(trace)
    assert len(again) == len(trace)
    assert repr(again) == repr(trace)
    assert same_bits(again.losses, trace.losses)
    for name, values in trace.history.items():
        assert same_bits(again.history[name], values)
    for step, expected in zip(again, trace, strict=True):
        assert same_bits(step.after.flat, expected.after.flat)
        assert list(step.quantities) == list(expected.quantities)
        assert not step.before.flat.flags.writeable
    assert mt.compare(again, trace) is None


def test_a_diverged_trace_keeps_where_it_broke():
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(my_bowl, [1.0], rule=mt.rule("gd", eta=1e60), steps=9)
    again = by_pickle(trace)
    assert str(again.diverged) == str(trace.diverged)
    assert again.diverged.step.k == trace.diverged.k


@pytest.mark.parametrize(("id", "form"), [*NETWORK_RULES, ("lbfgs", "paper")])
def test_a_rule_keeps_its_values(id, form):
    rule = mt.rule(id, form)
    name = next(name for name, value in rule.values.items() if not isinstance(value, bool))
    rule = rule.bind(**{name: rule.values[name] * 0.5 if id != "lbfgs" else 3.0})
    for make_copy in COPIES:
        again = make_copy(rule)
        assert (again.values, again.function) == (rule.values, rule.function)


@pytest.mark.parametrize("id", mt.SCHEDULES)
def test_a_schedule_keeps_its_values(id):
    schedule = mt.SCHEDULES[id]
    if schedule.hypers:
        schedule = schedule(**{name: hyper.low or 1e-3 for name, hyper in schedule.hypers.items()})
    for make_copy in COPIES:
        assert make_copy(schedule).values == schedule.values
        assert mt.train(mt.MLP((4, 3)), *instances(), schedule=make_copy(schedule), epochs=1)


@pytest.mark.parametrize("make_copy", COPIES, ids=lambda copy: copy.__name__)
@pytest.mark.parametrize("table", TABLES)
def test_a_copy_of_an_entry_is_the_entry(table, make_copy):
    for entry in TABLES[table].values():
        assert make_copy(entry) is entry or (table == "COUNTEREXAMPLES" and make_copy(entry))


def test_a_copy_can_be_changed_without_the_original():
    trace = small_run()
    again = copy.deepcopy(trace)
    again.history["loss"][0] = -1.0
    again.run.problem.X[:] = 0.0
    assert trace.history["loss"][0] > 0
    assert len(list(trace)) == len(trace)


def test_an_entry_that_another_process_lacks_is_named():
    code = "import pickle, sys; pickle.loads(sys.stdin.buffer.read())"
    mt.SCHEDULES["mine"] = mt.schedule("cooling")
    object.__setattr__(mt.SCHEDULES["mine"], "id", "mine")
    try:
        kept = pickle.dumps(mt.SCHEDULES["mine"])
    finally:
        del mt.SCHEDULES["mine"]
    done = subprocess.run([sys.executable, "-c", code], input=kept, capture_output=True)
    assert b"SCHEDULES has no entry 'mine' here: enter it first" in done.stderr


# Functions without a name to find them by.

NAMELESS = {
    "a rule": lambda: mt.rule(lambda k, G, *, eta=0.1: {"rho": eta * G}),
    "a run by a rule": lambda: small_run(lambda G, *, eta=0.1: {"rho": eta * G}),
    "a schedule": lambda: small_run("gd", schedule=lambda eta, k: eta),
    "an objective": lambda: mt.descend(quadratic([1.0]), [1.0], steps=3),
    "a projection": lambda: mt.descend(my_bowl, [0.0], steps=3, project=lambda theta: theta),
    "a sensitivity": lambda: small_run(loss=lambda Y, A: A - Y),
    "a cost": lambda: small_run(loss=mt.own_cost(lambda Y, A: (Y - A) ** 2)),
    "an activation": lambda: mt.MLP((2, 3, 1), hidden=lambda Z: np.arctan(Z)),
}


@pytest.mark.parametrize("what", NAMELESS)
def test_a_function_without_a_name_is_refused_in_words(what):
    thing = NAMELESS[what]()
    for dump in (pickle.dumps, lambda thing: joblib.dump(thing, io.BytesIO())):
        with pytest.raises(pickle.PicklingError) as error:
            dump(thing)
        assert re.match("(<lambda>|objective) can't be pickled: .*", str(error.value))
        assert "Write it with def at the top level of a module or a notebook" in str(error.value)


@pytest.mark.parametrize("what", NAMELESS)
def test_copies_and_cloudpickle_take_any_function_along(what):
    thing = NAMELESS[what]()
    for make_copy in (copy.deepcopy, by_cloudpickle):
        assert repr(make_copy(thing)) == repr(thing)


def descended(eta):
    return mt.descend(lambda x: (float(x @ x), 2 * x), [1.0], rule=mt.rule("gd", eta=eta), steps=9)


def test_joblib_brings_traces_back_from_other_processes():
    """The functions go there and come back by value: this module is not known there."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    try:
        with joblib.parallel_config(backend="loky", n_jobs=2):
            traces = joblib.Parallel()(joblib.delayed(descended)(eta) for eta in (0.1, 0.2))
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
    assert [len(list(trace)) for trace in traces] == [9, 9]
    assert traces[0].losses[1] == pytest.approx(0.64)


def test_an_entry_that_is_not_here_is_told_when_it_is_read():
    kept = pickle.dumps(mt.SCHEDULES["cosine"])
    entry = mt.SCHEDULES.pop("cosine")
    try:
        with pytest.raises(pickle.UnpicklingError, match="SCHEDULES has no entry 'cosine' here"):
            pickle.loads(kept)
    finally:
        mt.SCHEDULES["cosine"] = entry
