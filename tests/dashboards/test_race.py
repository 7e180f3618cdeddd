"""The landscape race: what it runs, draws and refuses."""

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

import mlpteach as mt
from mlpteach.run.problem import FunctionProblem
from mlpteach.study.diverging import diverges
from mlpteach.tables.landscapes import noisy
from mlpteach.views.contours import levels

race = mt.dashboards.race


# Every form of every rule that can descend a function.
FORMS = [
    (id, form)
    for id, optimizer in mt.RULES.items()
    for form, rule in optimizer.forms.items()
    if not rule.needs_layers
]


def bowl(theta):
    return float(theta @ theta), 2 * theta


def test_default_is_seven_slide_rules_on_beale():
    dashboard = race()
    ids = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")
    assert list(dashboard.traces) == [f"{id} (lecture)" for id in ids]
    assert {len(trace) for trace in dashboard.traces.values()} == {200}
    assert dashboard.values["start"] == mt.LANDSCAPES["beale"].start


@pytest.mark.parametrize("id", mt.LANDSCAPES)
def test_first_picture_is_a_good_one(id):
    """No rule diverges, each gets lower, and where there is a minimum all stay on the map."""
    landscape = mt.LANDSCAPES[id]
    dashboard = race(id, FORMS)
    series = dashboard.show.series
    x_min, x_max, y_min, y_max = landscape.window
    for name, trace in dashboard.traces.items():
        assert trace.diverged is None
        assert trace.losses[-1] < 0.95 * trace.losses[0], name
        if landscape.minima:
            x, y = series[f"{name}.x"], series[f"{name}.y"]
            assert ((x_min <= x) & (x <= x_max) & (y_min <= y) & (y <= y_max)).all(), name


def test_everybody_is_on_the_page_and_takes_part_when_asked():
    dashboard = race(rules=["adam"], steps=20)
    buttons = next(c for c in dashboard.spec["controls"] if c["name"] == "rules")["options"]
    offered = set(dict(buttons))
    assert offered == {id for id, rule in mt.RULES.items() if not rule.default.needs_layers}
    assert list(dashboard.traces) == ["adam (lecture)"]
    dashboard.configure(rules=("adam", "adamw", "lion"))
    assert list(dashboard.traces) == ["adam (lecture)", "adamw (paper)", "lion (paper)"]


def step_sizes(dashboard):
    """The column of the table that tells everybody's step size."""
    table = next(panel for panel in dashboard.show.panels if hasattr(panel, "rows"))
    place = table.columns.index(r"step size $\eta$")
    return {row.label: row.cells[place] for row in table.rows}


def test_step_sizes_of_everybody_are_in_the_table():
    dashboard = race(rules=["gd", "momentum", ("adadelta", "paper"), "lbfgs"], steps=20)
    assert list(step_sizes(dashboard).values()) == ["0.01", "0.01", "–", "–"]
    dashboard.configure(**{"momentum.alpha": 0.0234})
    assert step_sizes(dashboard)["Momentum"] == "0.0234"


def below_zero(dashboard):
    """Name of the rule -> the first update before which its cost is below 0."""
    costs = {name.split()[0]: trace.losses for name, trace in dashboard.traces.items()}
    return {id: int((J < 0).argmax()) + 1 for id, J in costs.items() if (J < 0).any()}


PAPER = ["gd", ("momentum", "paper"), ("nesterov", "paper"), "adagrad", "rmsprop", "adam"]


@pytest.mark.parametrize(
    ("eta", "expected"),
    [
        (0.01, {"rmsprop": 37, "adam": 49, "gd": 174, "adagrad": 481}),
        (
            0.02,
            {"rmsprop": 15, "momentum": 25, "nesterov": 26, "adam": 27, "gd": 88, "adagrad": 128},
        ),
    ],
)
def test_order_on_the_saddle_at_equal_step_sizes(eta, expected):
    found = below_zero(race("saddle", PAPER, steps=500, eta=eta))
    assert {id: found[id] for id in expected} == expected


def test_order_on_the_saddle_at_suited_step_sizes():
    found = below_zero(race("saddle", PAPER))
    assert (found["adagrad"], found["nesterov"], found["rmsprop"]) == (25, 26, 37)
    assert (found["adam"], found["momentum"], found["gd"]) == (49, 56, 88)


def test_step_sizes_are_chosen_on_the_page():
    dashboard = race(rules=["gd", "momentum", mt.rule("adam", eta=0.3)], steps=50)
    suited = list(step_sizes(dashboard).values())
    assert suited == ["0.01", "0.01", "0.3"]
    dashboard.configure(step_sizes="equal", eta=0.005)
    assert list(step_sizes(dashboard).values()) == ["0.005"] * 3
    assert dashboard.values["momentum.beta"] == pytest.approx(0.0045)
    dashboard.configure(step_sizes="suited")
    assert list(step_sizes(dashboard).values()) == suited
    dashboard.configure(step_sizes="best")
    best = list(step_sizes(dashboard).values())
    dashboard.configure(start=(2.5, 0.4))
    assert list(step_sizes(dashboard).values()) != best


def test_a_step_size_by_hand_stays_until_others_are_asked_for():
    dashboard = race(rules=["gd", "adam"], steps=50, step_sizes="best")
    best = dashboard.values["adam.eta"]
    dashboard.configure(**{"gd.eta": 0.003})
    assert dashboard.values["step_sizes"] == "own"
    assert (dashboard.values["gd.eta"], dashboard.values["adam.eta"]) == (0.003, best)
    dashboard.configure(start=(2.5, 0.4))
    assert dashboard.values["gd.eta"] == 0.003
    dashboard.configure(step_sizes="best")
    assert dashboard.values["gd.eta"] != 0.003
    dashboard.configure(eta=0.02)
    assert dashboard.values["step_sizes"] == "equal"
    assert set(step_sizes(dashboard).values()) == {"0.02"}


def test_other_hyper_parameters_stay_where_step_sizes_change():
    dashboard = race(rules=["adam"], steps=20)
    dashboard.configure(**{"adam.beta1": 0.5})
    for how in ("best", "equal", "suited"):
        dashboard.configure(step_sizes=how)
        assert dashboard.values["adam.beta1"] == 0.5
        assert dashboard.trace.run.rule.values["beta1"] == 0.5


def test_equal_step_sizes_stay_on_another_landscape():
    dashboard = race("saddle", ["gd", "lbfgs"], steps=20, eta=0.02)
    dashboard.configure(landscape="valley")
    assert dashboard.values["gd.eta"] == 0.02
    assert dashboard.values["start"] == mt.LANDSCAPES["valley"].start


def test_a_state_brings_back_step_sizes_of_any_kind():
    first = race(rules=["gd", "adam"], steps=30, step_sizes="best")
    first.configure(start=(2.0, 1.0))
    first.configure(**{"adam.beta1": 0.5})
    second = race(rules=["gd", "adam"], steps=30)
    second.state = first.state
    assert second.values == first.values


def test_own_step_sizes_are_those_of_the_entries():
    dashboard = race(rules=["gd", mt.rule("adam", eta=0.3)], steps=5, step_sizes="own")
    assert step_sizes(dashboard) == {
        "Gradient descent": f"{mt.rule('gd').values['eta']:.3g}",
        "Adam": "0.3",
    }


def test_a_rule_that_needs_layers_is_refused():
    with pytest.raises(ValueError, match="works on the matrices of a network's layers"):
        race(rules=["gd", "muon"])


def test_what_is_drawn_is_in_the_trace():
    dashboard = race("himmelblau", [("nesterov", "paper")], steps=30)
    series, trace = dashboard.show.series, dashboard.trace
    minima = np.array(mt.LANDSCAPES["himmelblau"].minima)
    for step in trace:
        at = {
            key.split(".", 1)[-1]: values[step.k - 1]
            for key, values in series.items()
            if not key.startswith("large.")
        }
        W = step.before.flat
        assert [at["x"], at["y"]] == list(W)
        assert at["J"] == step.loss == mt.LANDSCAPES["himmelblau"](W.copy())[0]
        assert at["distance"] == pytest.approx(min(np.linalg.norm(W - m) for m in minima))
        assert at["length"] == pytest.approx(np.linalg.norm(step.rho.flat))
        ball = np.array([at["ball_x"], at["ball_y"]])
        assert list(ball) == list(W)
        if step.k > 1:  # before there is nothing to look ahead with
            assert [at["look_x"], at["look_y"]] == pytest.approx(step.W_ahead.flat)
        assert [at["step_x"], at["step_y"]] == pytest.approx(step.after.flat)


def arrows(dashboard, k):
    """The arrows of the rule looked at, from its ball on the map, by name."""
    series = dashboard.show.series
    names = {key[4:-2] for key in series if key.startswith("map.")} - {"ball"}
    ends = {n: np.array([series[f"map.{n}_{xy}"][k - 1] for xy in "xy"]) for n in (*names, "ball")}
    return {name: ends[name] - ends["ball"] for name in names}


def drawn_arrows(dashboard):
    plots = [panel for panel in dashboard.show.panels if hasattr(panel, "axes")]
    return [layer for layer in plots[0].layers if hasattr(layer, "to_x")]


def test_the_slide_looks_uphill_and_the_paper_where_it_goes():
    for form in ("lecture", "paper"):
        found = arrows(race("valley", [("nesterov", form)]), k=30)
        other = {"lecture": "paper", "paper": "lecture"}[form]
        looks = {form: found["look"], other: found[f"look_{other}"]}
        assert looks["lecture"] @ found["descent"] < 0
        assert looks["paper"] @ found["past"] > 0


def test_arrows_are_those_of_the_rule_looked_at():
    dashboard = race(rules=["gd", ("momentum", "paper")], steps=20)
    assert arrows(dashboard, 5).keys() == {"step", "descent"}
    dashboard.configure(tune="momentum_paper")
    step = dashboard.traces["momentum (paper)"][4]
    found = arrows(dashboard, 5)
    np.testing.assert_allclose(found["step"], -step.rho.flat, rtol=1e-9)
    np.testing.assert_allclose(found["descent"], -0.002 * step.gradient.flat, rtol=1e-9)
    before = dashboard.traces["momentum (paper)"][3]
    np.testing.assert_allclose(found["past"], -0.9 * before.v.flat, rtol=1e-9)
    assert len(drawn_arrows(dashboard)) == 4  # the gradient's part from the tip of the past
    dashboard.configure(rules=("gd",))  # the one that is left is looked at
    assert arrows(dashboard, 5).keys() == {"step", "descent"}


def test_enlarged_the_longest_part_of_a_step_is_one_long():
    dashboard = race(rules=[("nesterov", "paper")], steps=40)
    series = dashboard.show.series
    lengths = [
        np.hypot(series[f"large.{name}_x"], series[f"large.{name}_y"])
        for name in ("step", "past", "look")
    ]
    np.testing.assert_allclose(np.fmax.reduce(lengths), 1.0, rtol=1e-12)
    assert np.isnan(series["large.look_x"][0])  # nothing yet to look ahead with


def said_on_the_map(dashboard):
    return [layer.text for layer in dashboard.show.panels[0].layers if hasattr(layer, "text")]


def test_where_the_rule_looked_at_diverges_is_hatched_and_named():
    dashboard = race(rules=["gd", "adam"], steps=200)
    beale = mt.LANDSCAPES["beale"]
    middles = np.linspace(-4.5, 4.5, 83)[1::2]  # of 41 cells
    starts = np.array([(x, y) for y in middles for x in middles])
    problem = FunctionProblem(beale, starts[0])
    lost = diverges(mt.rule("gd", eta=0.01), problem, starts, beale.window)
    said = f"Gradient descent diverges: {100 * lost.mean():.0f} %"
    assert said_on_the_map(dashboard) == [said]
    assert dashboard.show.panels[0].label.endswith(f"; hatched: {said} of starts")
    dashboard.configure(start=(2.0, 0.5))  # says nothing of the map
    assert len(said_on_the_map(dashboard)) == 1
    dashboard.configure(tune="adam")
    assert said_on_the_map(dashboard) == []


def test_a_region_grows_with_the_step_size():
    dashboard = race("valley", ["gd"])
    assert said_on_the_map(dashboard) == []
    dashboard.configure(**{"gd.eta": 0.021})
    # From all starts but those exactly in the middle, one of 41 rows.
    assert said_on_the_map(dashboard) == ["Gradient descent diverges: 98 %"]


def test_rules_that_run_alone_have_no_region():
    dashboard = race(rules=["lbfgs", "gd"], steps=20)
    assert dashboard.values["tune"] == "lbfgs"
    assert said_on_the_map(dashboard) == []


def test_own_function_of_plain_numbers_has_a_region():
    def steep(theta):
        x, y = theta.tolist()
        return x**4 + y**2, np.array([4 * x**3, 2 * y])

    rule = mt.rule("gd", eta=0.1)
    dashboard = race(steep, [rule], window=(-3, 3, -3, 3), start=(0.5, 0.5), steps=50)
    # It leaves where 1 < |1 - 0.4 x²|, from 4 of 11 columns.
    assert said_on_the_map(dashboard) == ["Gradient descent diverges: 18 %"]


def test_noise_is_that_of_the_engine():
    dashboard = race("valley", ["gd"], sigma=2.0, seed=5, steps=20)
    rule = mt.rule("gd", eta=dashboard.values["gd.eta"])
    valley = mt.LANDSCAPES["valley"]
    trace = mt.descend(noisy(valley, 2.0, 5), valley.start, rule=rule, steps=20)
    np.testing.assert_array_equal(dashboard.trace[-1].after.flat, trace[-1].after.flat)


def test_every_hyper_parameter_is_live():
    dashboard = race(rules=["momentum", ("adam", "paper"), "lbfgs"], steps=20)
    names = set(dashboard.values)
    assert {"momentum.alpha", "momentum.beta", "adam_paper.eta", "adam_paper.eps"} <= names
    assert {"adam_paper.bias_correction", "lbfgs.memory", "lbfgs.c1"} <= names
    dashboard.configure(**{"momentum.beta": 0.5, "lbfgs.memory": 3.0})
    assert dashboard.traces["momentum (lecture)"].run.rule.values["beta"] == 0.5
    assert dashboard.traces["lbfgs (paper)"].run.rule.values["memory"] == 3
    with pytest.raises(ValueError, match="beta1 must be in"):
        dashboard.configure(**{"adam_paper.beta1": 1.0})


def test_only_what_changed_is_run_again():
    dashboard = race(rules=["gd", "adam"], steps=20)
    gd, adam = dashboard.traces.values()
    dashboard.configure(**{"adam.eta": 0.3})
    assert dashboard.traces["gd (lecture)"] is gd
    assert dashboard.traces["adam (lecture)"] is not adam
    dashboard.configure(sigma=1.0)
    assert dashboard.traces["gd (lecture)"] is not gd


def test_another_landscape_brings_its_start_and_step_sizes():
    dashboard = race(rules=["gd", mt.rule("adam", eta=0.3)], steps=20)
    dashboard.configure(landscape="rosenbrock")
    assert dashboard.values["start"] == (-1.2, 1.0)
    assert dashboard.values["gd.eta"] == mt.rule("gd").step_sizes["rosenbrock"]
    assert dashboard.values["adam.eta"] == 0.3  # the reader's own choice
    dashboard.configure(landscape="valley", start=(1.0, 1.0))
    assert dashboard.trace[0].before.flat.tolist() == [1.0, 1.0]


def test_start_and_rules_that_run_can_be_chosen():
    dashboard = race(rules=["gd", "adam"], steps=20)
    dashboard.configure(start=(2.0, 1.0), rules=["adam"])
    assert list(dashboard.traces) == ["adam (lecture)"]
    assert dashboard.trace[0].before.flat.tolist() == [2.0, 1.0]
    dashboard.configure(rules=[])
    assert "choose at least one" in dashboard.show.message


def test_state_brings_the_same_picture_on_another_landscape():
    first = race(rules=["gd", "nesterov"], steps=30)
    first.configure(landscape="rosenbrock", sigma=1.5)
    first.configure(start=(1.0, 1.5), **{"gd.eta": 0.01, "steps": 40})
    first.position = {"k": 17}
    second = race(rules=["gd", "nesterov"], steps=30)
    second.state = first.state
    assert second.values == first.values
    assert second.position == first.position
    assert second.spec["series"] == first.spec["series"]
    assert second.numbers == first.numbers


def drawn_title(dashboard, k):
    drawn = dashboard.figure(k)
    drawn.draw_without_rendering()
    return drawn.get_suptitle()


def test_diverging_racer_says_so_and_the_map_stays():
    dashboard = race(rules=["gd", "adam"], steps=60)
    before = dashboard.show.panels[0].axes
    dashboard.configure(**{"gd.eta": 1.0})
    show, broken = dashboard.show, dashboard.traces["gd (lecture)"]
    assert 0 < len(broken) < 60
    table = next(panel for panel in show.panels if hasattr(panel, "rows"))
    notes = table.rows[0].notes
    assert notes[broken.diverged.k] == f"diverged at update {broken.diverged.k}"
    assert notes[2] == "outside the map"
    assert table.rows[1].notes == {}
    assert np.isnan(show.series["gd (lecture).J"][len(broken) :]).all()
    assert show.panels[0].axes == before
    assert show.message == ""
    dashboard.configure(rules=["gd"])
    assert "Every rule diverged" in dashboard.show.message
    assert "Every rule diverged" in drawn_title(dashboard, 60)


def test_start_beyond_the_numbers_is_told_too():
    dashboard = race(rules=["gd"], steps=20, start=(1e200, 2.0))
    assert len(dashboard.trace) == 0
    assert "Every rule diverged" in dashboard.spec["message"]
    assert "Every rule diverged" in drawn_title(dashboard, 1)


def test_own_function_races_with_step_sizes_found_for_it():
    dashboard = race(
        bowl, ["gd", "adam"], window=(-1, 1, -1, 1), start=(0.5, 0.5), minima=(0, 0), steps=50
    )
    assert dashboard.trace.losses[-1] < 1e-6
    assert dashboard.values["landscape"] == "bowl"
    dashboard.configure(landscape="beale")
    dashboard.configure(landscape="bowl")
    assert dashboard.values["start"] == (0.5, 0.5)
    assert len(levels(mt.LANDSCAPES["beale"])) > 5


def test_own_function_of_plain_numbers_that_fails_far_away_diverges():
    def steep(theta):
        x, y = theta.tolist()
        return x**4 + y**2, np.array([4 * x**3, 2 * y])

    dashboard = race(steep, [mt.rule("gd", eta=1.0)], window=(-2, 2, -2, 2), steps=50)
    assert dashboard.trace.diverged is not None


def test_rules_of_the_reader_run_beside_the_others():
    def half(k, G, *, eta=0.01):
        return {"rho": 0.5 * eta * G}

    dashboard = race("valley", ["gd", half, ("adam", "paper"), mt.rule("adam", eta=0.2)], steps=10)
    gd, mine = list(dashboard.traces.values())[:2]
    assert mine[0].rho.flat[0] == pytest.approx(0.5 * gd[0].rho.flat[0])
    assert [key for key in dashboard.values if key.startswith("half.")] == ["half.eta"]


def test_racers_never_look_alike():
    dashboard = race(rules=[*FORMS, mt.rule("adam", eta=0.3)], steps=10)
    table = next(panel for panel in dashboard.show.panels if hasattr(panel, "rows"))
    looks = {(row.style.color, row.style.marker, row.style.dash) for row in table.rows}
    assert len(looks) == len(table.rows) == len(FORMS) + 1
    markers = {(row.style.color, row.style.marker) for row in table.rows}
    assert len(markers) == len(table.rows)


def test_two_own_functions_of_one_name_have_maps_of_their_own():
    def maps(scale):
        def f(theta):
            return scale * float(theta[0] ** 2 + scale * theta[1] ** 2), scale * theta

        return race(f, ["gd"], window=(-1, 1, -1, 1), steps=10).show.panels[0].axes

    assert maps(1.0) != maps(2.0)
    assert maps(2.0) == maps(2.0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("beal",), ValueError, "Did you mean 'beale'"),
        ((None,), TypeError, "landscape must be one of"),
        ((bowl,), ValueError, "needs window"),
        (("beale", ["adan"]), ValueError, "Did you mean 'adam'"),
        (("beale", []), TypeError, "rules must be a list"),
        (("beale", [("adam", "slide")]), ValueError, "form='slide' is unknown"),
        (("beale", [("lbfgs", "lecture")]), ValueError, "on no slide"),
        (("beale", [("adam",)]), ValueError, "must be .id, form."),
        (("beale", None), TypeError, "rules must be a list"),
    ],
)
def test_bad_landscapes_and_rules_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        race(*arguments)


def test_two_answers_to_which_step_sizes_are_refused():
    with pytest.raises(ValueError, match="given both"):
        race("saddle", eta=0.1, step_sizes="best")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"start": (1.0,)}, ValueError, "start must have shape"),
        ({"start": (np.inf, 1.0)}, ValueError, "start must be finite"),
        ({"steps": 0}, ValueError, "steps must be a whole number"),
        ({"steps": 10**6}, ValueError, "steps must be"),
        ({"sigma": -1.0}, ValueError, "sigma must be in"),
        ({"seed": 0.5}, TypeError, "seed must be"),
        ({"step_sizes": "fair"}, ValueError, "allowed: suited, equal, best, own"),
        ({"eta": 0.0}, ValueError, "eta must be in"),
        ({"window": (0, 1, 0, 1)}, ValueError, "for your own function"),
    ],
)
def test_bad_numbers_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        race(**arguments)


def test_own_function_that_returns_no_pair_is_refused():
    with pytest.raises(TypeError, match="must return the pair"):
        race(lambda theta: 1.0, ["gd"], window=(0, 1, 0, 1))


@pytest.mark.parametrize("id", mt.LANDSCAPES)
def test_figure_has_the_panels(id):
    figure = race(id, steps=20).figure(20)
    titles = [axes.get_title() for axes in figure.findobj(Axes)]
    assert "Cost" in titles
    assert ("Distance to the nearest minimum" in titles) == bool(mt.LANDSCAPES[id].minima)
    assert any("enlarged" in title for title in titles)


def root(theta):
    x, y = theta.tolist()
    return math.sqrt(x) + y * y, np.array([0.5 / math.sqrt(x), 2 * y])


def test_own_function_may_have_no_value_on_a_part_of_the_map():
    dashboard = race(root, ["gd"], window=(-1, 3, -1, 1), start=(2.0, 0.5), steps=20)
    assert len(dashboard.trace) == 20
    assert dashboard.trace.losses[-1] < dashboard.trace.losses[0]


@pytest.mark.parametrize("minima", [5, np.nan])
def test_minima_of_a_landscape_are_refused_whatever_they_are(minima):
    with pytest.raises(ValueError, match="minima are for your own function"):
        race("beale", minima=minima)


@pytest.mark.parametrize("name", ["adam", "adam_paper", "adam_2", "gd"])
def test_a_function_of_one_s_own_may_be_called_as_a_rule_of_the_table(name):
    def own(k, G, *, eta=0.1):
        return mt.Quantities(rho=eta * G)

    own.__name__ = name
    dashboard = mt.dashboards.race(rules=["adam", ("adam", "paper"), own, "adam"], steps=5)
    assert f"{name} (own)" in dashboard.traces
    assert len(dashboard.traces) == 4
    alone = mt.dashboards.race(rules=[own], steps=5)
    options = next(c["options"] for c in alone.spec["controls"] if c["name"] == "rules")
    assert {id for id, _ in options} >= {"adam", "gd", f"own_{name}"}


def test_a_rule_that_raises_costs_only_itself():
    def breaks(k, G, *, eta=0.01):
        if k == 5:
            raise KeyError("no such letter")
        return {"rho": eta * G}

    def broken(k, G, *, eta=0.01):
        return undefined_name  # noqa: F821

    dashboard = mt.dashboards.race("valley", ["gd", breaks, broken], steps=20)
    first, second = dashboard.show.message.splitlines()
    assert first == (
        "breaks (own): KeyError: 'no such letter'; raised in your rule 'breaks' at update k = 5"
    )
    assert second.startswith(
        "broken (own): NameError: name 'undefined_name' is not defined; raised"
    )
    lengths = {name: len(trace) for name, trace in dashboard.traces.items()}
    assert lengths == {"gd (lecture)": 20, "breaks (own)": 4}
    dashboard.configure(tune="broken")
    dashboard.configure(start=(4.0, 0.5))
    assert len(dashboard.traces["gd (lecture)"]) == 20
    alone = mt.dashboards.race("valley", [broken], steps=20)
    assert "broken (own): NameError" in alone.show.message


def test_any_race_has_steps_that_speak_of_those_who_run():
    dashboard = race("saddle", ["gd", ("momentum", "paper"), "adam"])
    dashboard.take_step(2)
    last = {name: trace.losses[-1] for name, trace in dashboard.traces.items()}
    assert [trace.run.rule.values["eta"] for trace in dashboard.traces.values()] == [0.01] * 3
    said = dashboard.spec["guided"]
    names = ["gd (lecture)", "momentum (paper)", "adam (lecture)"]
    assert names[said["answer"]] == min(last, key=last.get)
    order = [said["sentence"].index(title) for title in ("Gradient descent", "Momentum", "Adam")]
    assert np.argsort(order).tolist() == np.argsort([last[name] for name in names]).tolist()
    dashboard.take_step(4)
    assert (dashboard.values["tune"], dashboard.position["k"]) == ("adam", 2)


def test_steps_of_a_race_stand_whoever_takes_part():
    def broken(k, G, *, eta=0.1):
        raise ValueError("no rule at all")

    dashboard = race(bowl, [broken, "gd"], window=(-2, 2, -2, 2), start=(1, 1))
    for number in range(1, 5):
        dashboard.take_step(number)
    dashboard.take_step(1)
    assert "Gradient descent 0, broken (own) none" in dashboard.spec["guided"]["sentence"]
    many = race(rules=["gd", "momentum", "adam", "nadam", "lion"])
    many.take_step(1)
    assert not many.spec["guided"]["question"]  # no room for so many choices


def test_race_of_runs_that_all_diverge_is_still_told():
    dashboard = race("beale", ["gd", "momentum"], start=(-4.0, 4.0))
    dashboard.take_step(1)
    assert "Gradient descent none, Momentum none" in dashboard.spec["guided"]["sentence"]


def test_who_is_looked_at_joins_and_who_leaves_is_looked_at_no_more():
    dashboard = mt.dashboards.race("saddle", ["gd", "adam"], steps=20)
    dashboard.configure(tune="lion")
    assert dashboard.values["rules"] == ("gd", "adam", "lion")
    assert "lion (paper)" in dashboard.traces
    assert drawn_arrows(dashboard)
    dashboard.configure(rules=("gd", "adam"))
    assert dashboard.values["tune"] == "gd"
    dashboard.configure(step_sizes="best")
    dashboard.configure(tune="rmsprop")  # a best step size is searched for who joins, too
    searched = mt.dashboards.race("saddle", ["gd", "adam", "rmsprop"], steps=20, step_sizes="best")
    assert dashboard.values["rmsprop.eta"] == searched.values["rmsprop.eta"]
