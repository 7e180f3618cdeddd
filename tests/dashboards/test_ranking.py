"""The table of ranks: tuned, counted and ranked as announced."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.ranks import ranks

PROBLEMS = ("beale", "valley", "noise")
RULES = ("gd", "momentum", "adam", "adadelta", "lbfgs")


@pytest.fixture(scope="module")
def dashboard():
    return mt.dashboards.ranking(PROBLEMS, RULES, budget=60, sizes=(0.01, 0.1, 1.0), seed=2)


def test_ranks_change_from_problem_to_problem(dashboard):
    series = dashboard.show.series
    table = np.array([series[f"{rule}.rank"][-1] for rule in RULES])
    assert (table.min(axis=0) == 1).all()
    assert (np.ptp(table, axis=1) > 0).any()
    assert table[RULES.index("lbfgs")].tolist()[:2] == [1, 1]
    assert table[RULES.index("lbfgs"), 2] > 1


def test_cost_and_step_size_are_those_of_the_best_run(dashboard):
    beale = mt.LANDSCAPES["beale"]
    lowest = {}
    for eta in (0.01, 0.1, 1.0):
        rule = mt.rule("adam", eta=eta)
        lowest[eta] = mt.descend(beale, beale.start, rule=rule, steps=61).losses.min()
    series = dashboard.show.series
    best = min(lowest, key=lowest.get)
    assert series["adam.cost.beale"][-1] == pytest.approx(lowest[best], rel=1e-12)
    assert series["adam.step.beale"][-1] == best
    assert dashboard.traces["adam on beale"].run.rule.values["eta"] == best


def test_traces_are_those_of_the_costs_shown(dashboard):
    series = dashboard.show.series
    for id in ("beale", "valley", "noise"):
        for rule in RULES:
            trace = dashboard.traces[f"{rule} on {id}"]
            lowest = np.minimum.accumulate(trace.losses)
            shown = series[f"{rule}.cost.{id}"]
            assert set(shown) <= {*lowest, *shown[-1:]}
            assert trace is dashboard.traces.get(f"{rule} on {id}")
    assert dict(dashboard.traces.items()).keys() == dashboard.traces.keys()
    assert next(iter(dashboard.traces.values())) is dashboard.trace
    assert dashboard.traces.get("adam on digits") is None


def test_costs_never_rise_and_series_agree(dashboard):
    series = dashboard.show.series
    for rule in RULES:
        for i, problem in enumerate(PROBLEMS):
            assert (np.diff(series[f"{rule}.cost.{problem}"]) <= 0).all()
            np.testing.assert_array_equal(
                series[f"{rule}.rank.{problem}"], series[f"{rule}.rank"][:, i]
            )
        mean = series[f"{rule}.rank"].mean(axis=1)
        np.testing.assert_array_equal(series[f"{rule}.mean"], mean)


def test_equal_costs_share_the_better_rank():
    costs = np.array([[0.5, 3.0], [0.1, 3.0], [0.5, 1.0], [np.inf, 2.0]])
    assert ranks(costs).T.tolist() == [[2, 1, 2, 4], [3, 3, 1, 2]]
    assert ranks(np.full(3, np.inf)).tolist() == [3, 3, 3]


def test_other_form_is_tuned_anew_and_known_when_asked_again(dashboard):
    slides = dashboard.show.series["momentum.cost.valley"]
    dashboard.configure(form="paper")
    published = dashboard.show.series["momentum.cost.valley"]
    assert published[-1] < slides[-1] / 10
    found = dashboard.traces["momentum on valley"]
    assert found.run.rule.form == "paper"
    dashboard.configure(form="lecture")
    dashboard.configure(form="paper")
    assert dashboard.traces["momentum on valley"] is found
    dashboard.configure(form="lecture")


@pytest.mark.parametrize(("cells", "cell"), [("rank", "1"), ("cost", "0"), ("step", "–")])
def test_table_shows_rank_cost_or_step_size(dashboard, cells, cell):
    dashboard.configure(cells=cells, problem="valley", follow="adam")
    drawn = dashboard.figure(60)
    table = next(axes for axes in drawn.axes if any(t.get_text() == "L-BFGS" for t in axes.texts))
    name = next(text for text in table.texts if text.get_text() == "L-BFGS")
    line = [text for text in table.texts if text.get_position()[1] == name.get_position()[1]]
    found = min((text for text in line if text is not name), key=lambda text: text.get_position())
    assert found.get_text().startswith(cell) or float(found.get_text()) < 1e-20
    dashboard.configure(cells="rank", problem="beale", follow="none")


EVERYBODY = [id for id, rule in mt.RULES.items() if not rule.default.needs_layers]


def test_lines_differ_by_more_than_colour():
    dashboard = mt.dashboards.ranking(("valley",), EVERYBODY, budget=3, sizes=(0.01,))
    plot = dashboard.show.panels[0]
    assert not [layer for layer in plot.layers if "seed" in layer.y]  # no seed changes the valley
    looks = {(layer.style.color, layer.style.dash) for layer in plot.layers}
    rows = {row.style.marker + row.style.dash for row in dashboard.show.panels[2].rows}
    assert [layer.y for layer in plot.layers] == [f"{id}.rank" for id in EVERYBODY]
    assert len(looks) == len(rows) == len(EVERYBODY)


def test_everybody_is_on_the_page_and_takes_part_when_asked():
    dashboard = mt.dashboards.ranking(("valley",), budget=20, sizes=(0.01, 0.1))
    buttons = next(c for c in dashboard.spec["controls"] if c["name"] == "rules")["options"]
    assert set(dict(buttons)) == set(EVERYBODY)
    assert dict(buttons)["adamw"] == "AdamW*"
    assert dashboard.values["rules"] == tuple(id for id in EVERYBODY if mt.RULES[id].order < 100)
    dashboard.configure(rules=("gd", "adamw"))
    assert list(dashboard.traces) == ["gd on valley", "adamw on valley"]
    assert dashboard.show.series["adamw.rank"][-1].max() <= 2
    dashboard.configure(rules=())
    assert "choose at least one rule" in dashboard.show.message


def test_thin_lines_are_the_ranks_with_other_seeds():
    """On the noisy valley, with the step sizes of seed 2, as each rule descends there alone."""
    dashboard = mt.dashboards.ranking(PROBLEMS, RULES, budget=60, sizes=(0.01, 0.1, 1.0), seed=2)
    assert "follow one to see other seeds" in dashboard.show.panels[0].title
    lowest, shown = {}, {}
    for rule in ("gd", "momentum", "adam"):  # one gradient an update
        dashboard.configure(follow=rule)
        series, plot = dashboard.show.series, dashboard.show.panels[0]
        thin = {f"{rule}.rank with seed {seed}" for seed in (3, 4)}
        assert {layer.y for layer in plot.layers if "seed" in layer.y} == thin
        assert "thin: 2 other seeds" in plot.title
        assert dashboard.spec["panels"][0]["names"][len(RULES) :] == ["", ""]
        chosen = mt.rule(rule).with_step_size(series[f"{rule}.step.noise"][-1])
        objective = mt.tables.landscapes.noisy(mt.LANDSCAPES["valley"], 3.0, 3)
        trace = mt.descend(objective, mt.LANDSCAPES["valley"].start, rule=chosen, steps=61)
        lowest[rule] = trace.losses.min()
        shown[rule] = series[f"{rule}.rank with seed 3"][-1, 2]
        # No seed changes Beale and the valley.
        again, known = series[f"{rule}.rank with seed 4"], series[f"{rule}.rank"]
        np.testing.assert_array_equal(again[:, :2], known[:, :2])
    assert sorted(lowest, key=lowest.get) == sorted(shown, key=shown.get)


def test_a_rule_that_does_not_take_part_has_no_thin_lines():
    dashboard = mt.dashboards.ranking(("noise",), ["gd", "adam"], budget=5, sizes=(0.01,))
    dashboard.configure(follow="momentum")
    assert [layer.y for layer in dashboard.show.panels[0].layers] == ["gd.rank", "adam.rank"]


def test_one_seed_has_no_thin_lines():
    alone = mt.dashboards.ranking(("noise",), ["gd", "adam"], budget=5, sizes=(0.01,), seeds=1)
    assert [layer.y for layer in alone.show.panels[0].layers] == ["gd.rank", "adam.rank"]
    with pytest.raises(ValueError, match="seeds must be a whole number >= 1 and <= 20"):
        mt.dashboards.ranking(("noise",), ["gd"], seeds=21)


def test_problems_are_named_on_the_axis_and_rules_at_both_ends(dashboard):
    plot = dashboard.spec["panels"][0]
    picture = dashboard.pictures[plot["picture"]]
    assert [label for _, label, _ in picture["across"]] == ["Beale", "Valley", "Noise"]
    assert plot["bothEnds"]
    names = ["Gradient descent", "Momentum", "Adam", "AdaDelta", "L-BFGS"]
    assert plot["names"] == names


def test_readers_own_problem_and_rule():
    def bowl(theta):
        return 0.5 * float(theta @ theta), theta

    def half(k, G, *, eta=0.5):
        return mt.Quantities(rho=eta * G)

    dashboard = mt.dashboards.ranking({"Bowl": (bowl, [1.0, -2.0])}, ["adam", half], budget=5)
    series = dashboard.show.series
    assert series["half.cost.Bowl"][-1] < series["adam.cost.Bowl"][-1]
    assert series["half.step.Bowl"][0] == 1.0


def test_a_rule_that_raises_costs_only_itself():
    def breaks(k, G, *, eta=0.1):
        if k == 3:
            raise ZeroDivisionError("by hand")
        return mt.Quantities(rho=eta * G)

    dashboard = mt.dashboards.ranking(("valley", "noise"), ["gd", breaks], budget=9, sizes=(0.01,))
    show = dashboard.show
    assert show.message.startswith("breaks on valley, noise: ZeroDivisionError: by hand")
    assert show.series["breaks.rank"][-1].tolist() == [2, 2]
    assert show.series["gd.rank"][-1].tolist() == [1, 1]
    trace = mt.descend(mt.LANDSCAPES["valley"], mt.LANDSCAPES["valley"].start,
                       rule=mt.rule("gd", eta=0.01), steps=10)  # fmt: skip
    assert show.series["gd.cost.valley"][-1] == pytest.approx(trace.losses.min(), rel=1e-12)


def test_rule_that_always_diverges_is_last_and_says_so():
    def steep(theta):
        return float(theta @ theta), theta * 1e150

    dashboard = mt.dashboards.ranking({"Steep": (steep, [1.0])}, ["gd", "adam"], budget=9)
    assert dashboard.show.series["gd.rank.Steep"][-1] == 2
    row = dashboard.show.panels[2].rows[0]
    assert row.notes == {1: "diverged with every step size on Steep"}
    assert dashboard.figure(9)


def test_what_the_lecture_says():
    """Lecture 05, 'What to try': what does not hang on the last digits."""
    dashboard = mt.dashboards.ranking()
    series = dashboard.show.series
    problems = ("beale", "rosenbrock", "valley", "noise", "scaling", "spirals", "digits")
    rules = dashboard.values["rules"]
    assert len(rules) == 10

    def rank(rule, *on, evaluation=100):
        return [series[f"{rule}.rank.{problem}"][evaluation - 1] for problem in on or problems]

    def cost(rule, on):
        return series[f"{rule}.cost.{on}"][-1]

    # 1
    assert min(rank("adam")) > 1
    assert rank("adagrad", "noise") == [1]
    assert rank("adagrad", "digits") > [7]
    assert rank("gd", "valley") > [7]
    assert cost("gd", "digits") < 0.7 * cost("adam", "digits")
    # 2
    exact = ("beale", "rosenbrock", "valley", "scaling", "spirals")
    assert rank("lbfgs", *exact) == [1] * 5
    for problem in exact:
        others = min(cost(rule, problem) for rule in rules if rule != "lbfgs")
        assert cost("lbfgs", problem) < 1e-3 * others
    assert rank("lbfgs", "noise") > [5]
    assert rank("lbfgs", "digits") > [1]
    # 3
    assert min(rank("lbfgs", "rosenbrock", "digits", evaluation=10)) > 5
    assert max(rank("adagrad", evaluation=10)) <= 4
    # 5
    for rule in ("gd", "adam"):
        sizes = [series[f"{rule}.step.{problem}"][-1] for problem in problems]
        assert max(sizes) / min(sizes) >= 99
    assert 0.001 not in sizes
    # 4
    slides = {(rule, on): rank(rule, on) for rule in rules for on in problems}
    dashboard.configure(form="paper")
    series = dashboard.show.series
    for rule, on, last, first in (
        ("momentum", "beale", 8, 4),
        ("nesterov", "spirals", 10, 4),
        ("nesterov", "digits", 10, 4),
    ):
        assert slides[rule, on] >= [last]
        assert rank(rule, on) <= [first]
    assert slides["adadelta", "spirals"] <= [5]
    assert rank("adadelta", "spirals") >= [9]


def test_state_gives_the_same_picture_again(dashboard):
    dashboard.configure(cells="cost", problem="noise", follow="adam")
    dashboard.position = {"k": 37}
    text, numbers = dashboard.state, dashboard.numbers
    dashboard.configure(cells="rank", problem="beale", follow="none")
    dashboard.position = {"k": 1}
    dashboard.state = text
    assert dashboard.numbers == numbers
    assert dashboard.position["k"] == 37
    dashboard.configure(cells="rank", problem="beale", follow="none")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"problems": ["bale"]}, ValueError, "Did you mean 'beale'"),
        ({"rules": "adam"}, TypeError, "rules must be a list of rules; given 'adam'"),
        ({"rules": ["adm"]}, ValueError, "rules='adm' is unknown"),
        ({"rules": []}, ValueError, "at least one rule"),
        ({"rules": ["gd", "muon"]}, ValueError, "works on the matrices of a network's layers"),
        ({"form": "slide"}, ValueError, "form='slide' is unknown"),
        ({"budget": 0}, ValueError, "budget must be a whole number >= 1"),
        ({"sizes": ()}, ValueError, "at least one step size"),
        ({"sizes": (0.1, -1.0)}, ValueError, "a step size of sizes must be in"),
        ({"sizes": 0.1}, TypeError, "sizes must be a list"),
        ({"seed": -1}, ValueError, "seed"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.ranking(**{"problems": ["valley"], "rules": ["gd"], **arguments})
