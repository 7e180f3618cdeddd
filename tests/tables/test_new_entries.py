"""An entry never seen before, one of each kind: once it is in its table it can be asked for.

An optimizer is a file: here it is put into a copy of the package.
"""

import copy
import pickle
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from examples import instances, quadratic

import mlpteach as mt
from mlpteach.basics.arguments import FRACTION
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import PLAIN
from mlpteach.rules import record
from mlpteach.tables.activations import Activation
from mlpteach.tables.initializers import Initializer
from mlpteach.tables.landscapes import Landscape
from mlpteach.tables.losses import Loss
from mlpteach.tables.schedules import Schedule

PACKAGE = Path(mt.__file__).parent
TABLES = [mt.RULES, mt.SCHEDULES, mt.ACTIVATIONS, mt.INITIALIZERS, mt.LOSSES, mt.LANDSCAPES]
FORMS = [rule for optimizer in mt.RULES.values() for rule in optimizer.forms.values()]
RECORDS = [*FORMS, *(record for table in TABLES[1:] for record in table.values())]


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_every_entry_says_all_about_itself(record):
    assert record.title
    assert record.short_title
    assert record.source
    assert record.style != PLAIN
    assert record.beyond_lecture == record.menu_title.endswith("(beyond the lecture)")


@pytest.mark.parametrize("record", [*mt.RULES.values(), *RECORDS], ids=repr)
def test_every_entry_can_be_kept_over_night(record):
    again = pickle.loads(pickle.dumps(record))
    assert (again.id, again.title) == (record.id, record.title)
    assert copy.deepcopy(record).id == record.id


@pytest.mark.parametrize("table", TABLES[1:], ids=lambda table: repr(next(iter(table.values()))))
def test_no_two_entries_of_a_table_look_alike(table):
    styles = [record.style for record in table.values()]
    assert len(set(styles)) == len(styles)


def test_no_two_rules_look_alike():
    styles = [rule.style for rule in FORMS if str(rule) != "gd (paper)"]
    assert len(set(styles)) == len(styles)


# A file in rules/ is an optimizer.

SIGNED = """
    import numpy as np

    from mlpteach.basics.hyper import Hyper
    from mlpteach.basics.notation import Symbol
    from mlpteach.rules.record import Quantities, define

    optimizer = define(
        "signed",
        title="Signed steps that grow",
        letters={"pace": Symbol("κ", "length of a step", never_negative=True)},
        beyond_lecture=True,
    )


    @optimizer.form(
        "paper",
        source="nobody 2024",
        growth=Hyper(2.0, low=1.0, high=4.0),
        pace0=Hyper(0.5, low=0.0, high=1.0),
    )
    def signed(k, G, pace, *, growth, pace0):
        pace = np.where(G > 0, pace, growth * pace)
        rho = pace * np.sign(G)
        return Quantities(pace=pace, rho=rho)
"""
USED = """
    import warnings
    warnings.simplefilter("error")
    import numpy as np
    import mlpteach as mt
    from mlpteach.study.formulas import lines

    print(list(mt.RULES))
    print(mt.RULES["signed"].menu_title)
    rule = mt.rule("signed", growth=3.0)
    print(rule, rule.symbol("pace").text, rule.symbol("pace").never_negative)
    print(lines(rule)[0].latex())
    bowl = lambda theta: (float(theta @ theta) / 2, theta)
    print([step.after.flat.tolist() for step in mt.descend(bowl, [-2.0], rule=rule, steps=2)])
    net = mt.MLP((2, 3, 1))
    trace = mt.train(net, np.eye(2), [0, 1], rule="signed", epochs=2, progress=False)
    print(mt.compare(trace, rule).quantity)
"""


def test_a_file_is_an_optimizer(tmp_path):
    copied = tmp_path / "mlpteach"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "rules" / "signed.py").write_text(textwrap.dedent(SIGNED), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(USED)],
        capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.stderr == ""
    ids, title, rule, formula, places, differs = done.stdout.splitlines()
    assert ids == repr([*mt.RULES, "signed"])
    assert title == "Signed steps that grow (beyond the lecture)"
    assert rule == "signed (paper) κ True"
    assert formula == (
        r"\kappa_{k} = \kappa_{k-1}\ \mathrm{if}\ g_{k} > 0,\ \mathrm{else}\ "
        r"\mathrm{growth} \, \kappa_{k-1}"
    )
    # 1/2 times 3, then times 3 again: -2 + 3/2 = -1/2, -1/2 + 9/2 = 4
    assert places == "[[-0.5], [4.0]]"
    assert differs == "pace"


# An entry in a table.


def test_a_form_is_checked(monkeypatch):
    monkeypatch.setattr(record, "RULES", {})
    optimizer = record.define("mine", title="Mine")
    with pytest.raises(ValueError, match="form='slide' is unknown; allowed: lecture, paper"):
        optimizer.form("slide", source="")
    with pytest.raises(TypeError, match=r"eta must be a Hyper or a Switch; given 0.1 \(float\)"):
        optimizer.form("paper", source="", eta=0.1)


def test_an_entry_of_the_table_is_a_rule():
    assert mt.rule(mt.RULES["adam"], form="paper", eta=0.5) == mt.rule("adam", "paper", eta=0.5)
    with pytest.raises(ValueError, match="amsgrad is on no slide"):
        mt.rule(mt.RULES["amsgrad"], form="lecture")


def test_a_schedule(monkeypatch):
    def linear(eta, k, span):
        return eta * max(0.0, 1.0 - k / span)

    entry = Schedule(
        id="linear",
        title="linear",
        latex=r"\eta_k = \eta (1 - k/n)",
        letters={"span": Symbol("n", "updates until 0", shape="")},
        step_size=linear,
        hypers={"span": Hyper(8.0, low=1.0, high=100.0, log=True)},
    )
    monkeypatch.setitem(mt.SCHEDULES, "linear", entry)
    for schedule, expected in (
        ("linear", [7 / 8, 6 / 8, 5 / 8]),
        (mt.schedule("linear", span=4), [3 / 4, 1 / 2, 1 / 4]),
    ):
        trace = mt.descend(quadratic([1.0]), [1.0], rule="gd", schedule=schedule, steps=3)
        assert [step.factor for step in trace] == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"span must be in \(0, inf\); given 0"):
        mt.schedule("linear", span=0)
    with pytest.raises(ValueError, match=r"'linear' has no hyper-parameter 'sp'; it has: span"):
        mt.schedule("linear", sp=0)


def _square(Z):
    return Z * Z


def _square_back(dA, Z, A):
    return dA * 2.0 * Z


def test_an_activation(monkeypatch):
    entry = Activation(id="square", title="square", function=_square, back=_square_back)
    monkeypatch.setitem(mt.ACTIVATIONS, "square", entry)
    X, y = instances(n=9)
    net = mt.MLP((4, 5, 3), hidden="square", seed=2)
    assert "hidden='square'" in repr(net)
    assert net.hidden == ("square",)
    assert mt.gradient_check(net, X, y).passed
    assert mt.ACTIVATIONS["square"].steepest == 16.0
    assert np.isfinite(mt.train(net, X, y, epochs=2).history["loss"]).all()
    # Also as an output, where no loss knows it: the long way.
    net = mt.MLP((4, 5, 3), output="square", seed=2)
    assert mt.gradient_check(net, X, y, loss="mse").passed


def test_an_initializer(monkeypatch):
    def ones(rng, n_in, n_out):
        return np.ones((n_out, n_in)), np.full(n_out, 2.0)

    monkeypatch.setitem(mt.INITIALIZERS, "ones", Initializer(id="ones", title="ones", draw=ones))
    net = mt.MLP((2, 3, 1), init="ones")
    assert net.init == "ones"
    assert set(net.W[1].ravel()) == set(net.W[2].ravel()) == {1.0}
    assert set(net.b[1]) == {2.0}


def test_a_loss(monkeypatch):
    def fourth(A, Y):
        return float(((A - Y) ** 4).sum())

    def slope(A, Y):
        return 4.0 * (A - Y) ** 3

    entry = Loss(id="fourth", title="fourth power", cost=fourth, dJ_dA=slope)
    monkeypatch.setitem(mt.LOSSES, "fourth", entry)
    X, y = instances(n=9)
    net = mt.MLP((4, 5, 3), hidden="tanh", output="linear", seed=2)
    assert mt.gradient_check(net, X, y, loss="fourth").passed
    trace = mt.train(net, X, y, loss="fourth", epochs=40, rule=mt.rule("gd", eta=0.02))
    assert trace.history["loss"][-1] < trace.history["loss"][0]


def test_a_landscape(monkeypatch):
    def bowl(x, y):
        return x * x + 2 * y * y

    def gradient(x, y):
        return 2 * x, 4 * y

    entry = Landscape(
        id="bowl",
        title="bowl",
        function=bowl,
        gradient=gradient,
        start=(1.0, 1.0),
        minima=((0.0, 0.0),),
        window=(-2.0, 2.0, -2.0, 2.0),
    )
    monkeypatch.setitem(mt.LANDSCAPES, "bowl", entry)
    trace = mt.descend(mt.LANDSCAPES["bowl"], [1.0, 1.0], rule=mt.rule("gd", eta=0.25), steps=1)
    assert trace[0].after.flat.tolist() == [0.5, 0.0]
    assert trace[0].loss == 3.0


def test_a_rule_that_needs_layers_descends_no_landscape():
    message = r"works on the matrices of a network's layers .* Allowed here: rules without it"
    for rule in ("muon", lambda k, G, layout, *, eta=0.1: {"rho": eta * G}):
        assert mt.rule(rule).needs_layers
        with pytest.raises(ValueError, match=message):
            mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.0], rule=rule, steps=2)
    trace = mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.0], rule="adam", steps=2)
    with pytest.raises(ValueError, match=message):
        mt.compare(trace, "muon")


def test_an_own_rule_may_ask_for_its_layers():
    def by_layer(k, G, layout, *, eta=0.1):
        """Each matrix and each bias with length 1."""
        rho = np.zeros_like(G)
        for (dW, db), (W, b) in zip(layout.matrices(G), layout.matrices(rho), strict=True):
            W[...] = eta * dW / np.linalg.norm(dW)
            b[...] = eta * db / np.linalg.norm(db)
        return {"rho": rho}

    X, y = instances(n=9)
    step = mt.train(mt.MLP((4, 5, 3), seed=2), X, y, rule=by_layer, epochs=1, batch_size=None)[0]
    for layer in (1, 2):
        assert np.linalg.norm(step.rho.W[layer]) == pytest.approx(0.1)
        assert np.linalg.norm(step.rho.b[layer]) == pytest.approx(0.1)
        wanted = 0.1 * step.gradient.W[layer] / np.linalg.norm(step.gradient.W[layer])
        np.testing.assert_allclose(step.rho.W[layer], wanted)


def test_a_rule_may_start_its_state_from_its_hyper_parameters():
    optimizer = mt.RULES["adam"]
    started = []

    def initial(theta, values):
        started.append(values)
        return {"M": np.full_like(theta, values["beta1"]), "V": np.zeros_like(theta)}

    rule = replace(optimizer.forms["paper"], initial=initial).bind(beta1=0.25)
    trace = mt.descend(quadratic([1.0]), [1.0], rule=rule, steps=1)
    assert started[0]["beta1"] == 0.25
    assert trace[0].state_before["M"].flat.tolist() == [0.25]
    assert trace[0].M.flat.tolist() == [0.25 * 0.25 + 0.75]


def test_a_hyper_parameter_with_a_0_is_where_a_state_starts():
    def counted(k, G, n, *, n0=3.0, eta=0.1):
        n = n + 1
        return {"n": n, "rho": eta * G}

    trace = mt.descend(quadratic([1.0]), [1.0], rule=mt.rule(counted, n0=5.0), steps=2)
    assert [step.n.flat[0] for step in trace] == [6.0, 7.0]
    again = [step.n.flat[0] for step in reversed(list(trace))]
    assert again == [7.0, 6.0]


def test_whole_numbers_and_fractions_are_checked():
    hyper = Hyper(2.0, low=1.0, high=4.0, whole=True)
    assert hyper.check("n", 3) == 3.0
    for wrong in (2.5, -1, "2", None):
        with pytest.raises((ValueError, TypeError), match="n must be"):
            hyper.check("n", wrong)
    for given, message in (
        ((0.0, 0.0, 1.0), r"the default of a hyper-parameter must be in \(0, inf\); given 0"),
        ((2.0, 3.0, 4.0), "low <= default <= high; given 3, 2, 4"),
        ((2.0, 0.0, 4.0, True), "needs low > 0; given 0"),
    ):
        with pytest.raises(ValueError, match=message):
            Hyper(*given)
    with pytest.raises(ValueError, match=r"b must be in \[0, 1\); given 1"):
        Hyper(0.5, 0.0, 0.9, allowed=FRACTION).check("b", 1)
