"""One BLAS thread inside every run and look back, and afterwards what the process had before."""

import functools
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from examples import instances, quadratic, same_bits
from threadpoolctl import threadpool_info, threadpool_limits

import mlpteach as mt
from mlpteach.run import one_thread
from mlpteach.run.one_thread import on_one_blas_thread


def numbers():
    """Return how many threads each BLAS of this process may use."""
    return [blas["num_threads"] for blas in threadpool_info() if blas["user_api"] == "blas"]


pytestmark = pytest.mark.skipif(not numbers(), reason="no BLAS that can be told")
# Products that BLAS divides among its threads.
WIDE = (784, 50, 10)


@functools.cache
def wide_data():
    return instances(n=512, inputs=784, classes=10)


def wide_run(rule="adam", epochs=2):
    return mt.train(mt.MLP(WIDE), *wide_data(), rule=rule, epochs=epochs, batch_size=256)


def watching_rule(seen):
    def watching(G, *, eta=0.1):
        seen.append(numbers())
        return {"rho": eta * G}

    return watching


@pytest.fixture(params=[1, 2, 3])
def before(request):
    """The number of threads that the process has, and must have again after every test."""
    with threadpool_limits(request.param, user_api="blas"):
        yield request.param
        assert set(numbers()) == {request.param}


def test_a_run_and_a_look_back_have_one_thread(before):
    seen = []
    trace = mt.descend(quadratic([1.0]), [1.0], rule=watching_rule(seen), steps=40)
    assert set(numbers()) == {before}
    assert [trace[20].k, *(step.k for step in trace.steps(3, 5))] == [21, 3, 4, 5]
    trace.gather("before")
    assert len(seen) > 80
    assert {number for counted in seen for number in counted} == {1}


def test_a_step_that_is_looked_at_leaves_the_threads_alone(before):
    for _ in wide_run(epochs=1):
        assert set(numbers()) == {before}


def test_abandoned_iterators_leave_the_threads_alone(before):
    iterators = [iter(wide_run(epochs=1)) for _ in range(2)]
    for steps in iterators:
        next(steps)
    assert set(numbers()) == {before}


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_run_that_raises_gives_the_threads_back(before, error):
    def failing(k, G, *, eta=0.1):
        if k == 5:
            raise error
        return {"rho": eta * G}

    try:
        mt.descend(quadratic([1.0]), [1.0], rule=failing, steps=9)
    except ZeroDivisionError:
        assert error is ZeroDivisionError
    except SystemExit:
        assert error is SystemExit
    except mt.InterruptionWarning:
        assert error is KeyboardInterrupt


def test_a_run_inside_a_run(before):
    seen = []

    def tuned(theta):
        inner = mt.descend(quadratic([1.0]), theta, rule="gd", steps=3)
        seen.append(numbers())
        return inner.losses[-1], inner[-1].gradient.flat

    mt.descend(tuned, [1.0], rule="gd", steps=3)
    # The first call checks what the function returns, before the run.
    assert {number for counted in seen[1:] for number in counted} == {1}


def test_networks_are_asked_on_one_thread(before, monkeypatch):
    X, y = wide_data()
    net, seen, forward = mt.MLP(WIDE), [], mt.MLP._forward

    def watched(*arguments):
        seen.append(numbers())
        return forward(*arguments)

    monkeypatch.setattr(mt.MLP, "_forward", watched)
    net.predict(X)
    net.loss(X, y)
    mt.gradient_check(net, X[:5], y[:5], entries=2)
    assert len(seen) > 5
    assert {number for counted in seen for number in counted} == {1}


def test_several_python_threads_at_once(before):
    """The one that leaves first must not give the threads back to those still computing."""
    trace, expected, found = wide_run(epochs=3), [], []

    def look(order):
        for i in order:
            step = trace[i]
            found.append((i, step.after.flat.tobytes()))

    expected = [step.after.flat.tobytes() for step in trace]
    orders = [np.random.default_rng(seed).permutation(len(trace)) for seed in range(4)]
    threads = [threading.Thread(target=look, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * len(trace)
    assert all(after == expected[i] for i, after in found)


def test_a_thread_that_leaves_first_changes_nothing_for_the_others(before):
    inside, leave = threading.Event(), threading.Event()

    @on_one_blas_thread
    def compute():
        inside.set()
        leave.wait(20)

    @on_one_blas_thread
    def leave_first():
        thread.start()
        assert inside.wait(20)

    thread = threading.Thread(target=compute)
    leave_first()
    assert set(numbers()) == {1}  # the other one still computes
    leave.set()
    thread.join()


def test_a_limit_set_in_another_thread_does_not_stand_in_the_way(before):
    """threadpoolctl listens to the thread that set the number last; a run is heard all the same."""
    seen = []

    def compute():
        mt.descend(quadratic([1.0]), [1.0], rule=watching_rule(seen), steps=2)

    with threadpool_limits(2, user_api="blas"):
        thread = threading.Thread(target=compute)
        thread.start()
        thread.join()
        assert set(numbers()) == {2}
    assert {number for counted in seen for number in counted} == {1}


def test_afterwards_any_thread_may_set_the_number(before):
    wide_run(epochs=1)
    seen = []

    def limit():
        with threadpool_limits(1, user_api="blas"):
            seen.extend(numbers())

    thread = threading.Thread(target=limit)
    thread.start()
    thread.join()
    assert set(seen) == {1}


INTERRUPTING = """
import signal
import time
from threadpoolctl import threadpool_info, threadpool_limits
import mlpteach as mt

def interrupt(number, frame):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
trace = mt.descend(lambda x: (float(x @ x), 2 * x), [1.0, 1.0], steps=60)
threadpool_limits(2, user_api="blas")
left = []
for turn in range(400):
    try:
        signal.setitimer(signal.ITIMER_REAL, 1e-5 + 4e-6 * turn)
        list(trace)
        time.sleep(1)
    except KeyboardInterrupt:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    left += [blas["num_threads"] for blas in threadpool_info()]
print(len(left), set(left))
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that interrupts")
def test_interrupts_at_any_moment_give_the_threads_back():
    """In a process of its own: nothing else of the test run may be interrupted."""
    code = [sys.executable, "-c", INTERRUPTING]
    assert subprocess.check_output(code, text=True).split("\n")[0] == "400 {2}"


# The same bits.


@pytest.mark.parametrize("rule", ["adam", "lbfgs"])
def test_the_bits_of_a_run_do_not_depend_on_the_threads(rule):
    runs = []
    for number in (1, 2, 3):
        with threadpool_limits(number, user_api="blas"):
            runs.append(wide_run(rule))
    for run in runs[1:]:
        assert same_bits(run.losses, runs[0].losses)
        assert same_bits(run[-1].after.flat, runs[0][-1].after.flat)
        assert same_bits(run.history["loss"], runs[0].history["loss"])


@pytest.mark.parametrize("number", [1, 2, 4])
def test_looking_back_after_the_number_of_threads_has_changed(number):
    trace = wide_run()
    with threadpool_limits(number, user_api="blas"):
        assert [step.k for step in trace] == [1, 2, 3, 4]


def test_outside_of_runs_the_bits_do_depend_on_them():
    """Without this the tests above would hold for any product."""
    X, _ = wide_data()
    W, products = mt.MLP(WIDE).W[1], []
    for number in (1, 2):
        with threadpool_limits(number, user_api="blas"):
            products.append(W @ X[:256].T)
    if same_bits(*products):
        pytest.skip("this BLAS adds in the same order on one thread and on two")


# Where nothing, or something else, can be told.


def test_without_threadpoolctl_runs_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    monkeypatch.setattr(one_thread, "_found", (0, ()))
    assert len(wide_run(epochs=1)) == 2
    assert one_thread._libraries() == ()


def test_a_library_loaded_since_is_told_too():
    code = """
import mlpteach as mt
mt.descend(lambda x: (float(x @ x), 2 * x), [1.0], steps=1)
import scipy.linalg
from threadpoolctl import threadpool_info
seen = []
def mine(G, *, eta=0.1):
    seen.extend(blas["num_threads"] for blas in threadpool_info())
    return {"rho": eta * G}
mt.descend(lambda x: (float(x @ x), 2 * x), [1.0], rule=mine, steps=1)
print(seen)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert set(printed.stdout.strip("[]\n ").split(", ")) == {"1"}, printed.stderr


class Library:
    """A BLAS that counts for each Python thread of its own, as MKL, or for all of them."""

    filepath = "library"

    def __init__(self, internal_api, threading_layer):
        self.internal_api, self.threading_layer = internal_api, threading_layer
        self.kept = {}

    @property
    def place(self):
        each = one_thread._is_shared(self)
        return None if each else threading.get_ident()

    @property
    def num_threads(self):
        return self.kept.get(self.place, 8)

    def set_num_threads(self, number):
        self.kept[self.place] = number


@pytest.mark.parametrize(
    ("internal_api", "threading_layer"),
    [("mkl", "intel"), ("openblas", "openmp"), ("openblas", "pthreads"), ("blis", "pthreads")],
)
def test_libraries_that_count_for_each_thread_or_for_all(
    monkeypatch, internal_api, threading_layer
):
    library = Library(internal_api, threading_layer)
    monkeypatch.setattr(one_thread, "_libraries", lambda: (library,))
    seen, entered, leave = [], threading.Event(), threading.Event()

    @on_one_blas_thread
    def compute():
        seen.append(library.num_threads)
        entered.set()
        leave.wait(20)
        seen.append(library.num_threads)

    def other_thread():
        compute()
        seen.append(library.num_threads)

    @on_one_blas_thread
    def leave_first():
        thread.start()
        assert entered.wait(20)
        seen.append(library.num_threads)

    thread = threading.Thread(target=other_thread)
    on_one_blas_thread(leave_first)()
    leave.set()
    thread.join()
    assert seen == [1, 1, 1, 8]
    assert library.num_threads == 8


def test_small_data_too():
    X, y = instances()
    with threadpool_limits(2, user_api="blas"):
        assert len(list(mt.train(mt.MLP((4, 5, 3)), X, y, epochs=1))) == 1
        assert set(numbers()) == {2}
