"""Every rule in both forms, and a reader's own beside the reference."""

import numpy as np
import pytest

import mlpteach as mt

MOONS = mt.datasets.moons(n=60, seed=1)


def small(**arguments):
    return mt.dashboards.optimizer(*MOONS, epochs=2, batch_size=20, **arguments)


def panels(dashboard, kind):
    return [panel for panel in dashboard.show.panels if type(panel).__name__ == kind]


@pytest.mark.parametrize("id", list(mt.RULES))
def test_every_rule_shows_its_forms(id):
    dashboard = small(rule=id)
    forms = list(mt.RULES[id].forms)
    assert list(dashboard.traces) == (["lecture = paper"] if id == "gd" else forms)
    assert len(panels(dashboard, "Ledger")) == len(dashboard.traces)
    for trace in dashboard.traces.values():
        assert len(trace) == 6


def test_first_difference_of_adams_forms_is_in_rho_at_update_1():
    dashboard = small(rule="adam")
    [words] = panels(dashboard, "Text")
    assert words.lines[0].startswith("update k = 1, in $\\rho$")
    assert [ledger.differs for ledger in panels(dashboard, "Ledger")] == ["rho", "rho"]


def test_momentum_s_forms_part_where_the_slide_forgets_the_past():
    """With equal steps at first: rho_1 and rho_2 agree, the third remembers two gradients."""
    dashboard = small(rule="momentum")
    dashboard.configure(**{"momentum.lecture.beta": 0.09, "momentum.paper.beta": 0.9})
    [words] = panels(dashboard, "Text")
    assert words.lines[0].startswith("update k = 3, in $\\rho$")
    first, second = (trace[2].rho.flat for trace in dashboard.traces.values())
    assert not np.allclose(first, second)


def test_frames_hold_both_runs():
    dashboard = small(rule="rmsprop")
    frames = dashboard.show.frames
    named = frames.named(frames.read(2, 4))
    for name, trace in dashboard.traces.items():
        for i, k in enumerate((2, 3, 4)):
            np.testing.assert_array_equal(named[f"{name}.V"][i], trace[k - 1].V.W[2])
            np.testing.assert_array_equal(named[f"{name}.W_after"][i], trace[k - 1].after.W[2])


def test_a_slider_of_another_rule_changes_nothing_here():
    dashboard = small(rule="adam")
    before = dashboard.trace[-1].after.flat
    dashboard.configure(**{"rmsprop.eta": 0.5})
    np.testing.assert_array_equal(dashboard.trace[-1].after.flat, before)


def test_one_form_that_diverges_keeps_the_other():
    X, _ = MOONS
    net = mt.MLP((2, 4, 4, 1), hidden="relu", output="linear", seed=1)
    dashboard = mt.dashboards.optimizer(X, X[:, 0], net=net, loss="mse", rule="momentum", epochs=40)
    dashboard.configure(**{"momentum.alpha": 1e60, "momentum.eta": 1e-3})
    assert "lecture: The run diverged" in dashboard.show.message
    lecture, paper = dashboard.traces["lecture"], dashboard.traces["paper"]
    assert len(lecture) < len(paper) == dashboard.show.steps
    assert np.isnan(dashboard.show.series["lecture.loss"][len(lecture) :]).all()
    [table] = panels(dashboard, "Table")
    assert "diverged" in table.rows[0].notes[len(lecture) + 1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"rule": "sgd"}, ValueError, "rule='sgd' is unknown"),
        ({"layer": 9}, ValueError, "layer"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"net": "mlp"}, TypeError, "net must be an mlpteach.MLP"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.optimizer(*MOONS, **arguments)


# -- your own rule


def adam_without_correction(k, G, M, V, *, eta, beta1, beta2, eps):
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    rho = eta * M / np.sqrt(V + eps)
    return {"M": M, "V": V, "rho": rho}


def test_forgotten_bias_correction_is_named():
    dashboard = mt.dashboards.own_rule(adam_without_correction, *MOONS)
    [words] = panels(dashboard, "Text")
    assert words.lines[0].startswith("update k = 1, in $\\rho$")
    assert [ledger.differs for ledger in panels(dashboard, "Ledger")] == ["rho", "rho"]


def test_right_rule_agrees():
    def mine(k, G, V, *, gamma, eta, eps):
        V = gamma * V + (1 - gamma) * G**2
        return {"V": V, "rho": eta * G / (np.sqrt(V) + eps)}

    against = mt.rule("rmsprop", form="paper")
    dashboard = mt.dashboards.own_rule(mine, *MOONS, against=against)
    [words] = panels(dashboard, "Text")
    assert words.lines[0].startswith("None: the two runs agree")


def test_two_functions_of_one_s_own_side_by_side():
    def half(k, G, *, eta):
        return {"rho": 0.5 * eta * G}

    def whole(k, G, *, eta):
        return {"rho": eta * G}

    dashboard = mt.dashboards.own_rule(half, against=whole, on="valley", start=(1.0, 0.0), steps=1)
    dashboard.configure(eta=0.1)  # the slope at (1, 0) is (1, 0)
    after = {name: trace[-1].after.flat[0] for name, trace in dashboard.traces.items()}
    assert after == {"yours": pytest.approx(0.95), "reference": pytest.approx(0.9)}


@pytest.mark.parametrize("on", ["beale", "saddle", mt.LANDSCAPES["valley"]])
def test_landscapes(on):
    dashboard = mt.dashboards.own_rule(adam_without_correction, on=on, steps=20)
    assert len(dashboard.traces["yours"]) == len(dashboard.traces["reference"]) == 20
    series = dashboard.show.series
    np.testing.assert_array_equal(series["yours.J"], dashboard.traces["yours"].losses)
    np.testing.assert_array_equal(
        np.stack([series["yours.x"], series["yours.y"]], axis=1),
        [step.before.flat for step in dashboard.traces["yours"]],
    )
    dashboard.configure(start=(0.5, 0.25))  # as a click on the map does
    for trace in dashboard.traces.values():
        assert trace[0].before.flat.tolist() == [0.5, 0.25]
    assert "start=0.5,0.25" in dashboard.state


def test_function_of_three_numbers():
    dashboard = mt.dashboards.own_rule(
        adam_without_correction, on=lambda w: (float(w @ w), 2 * w), start=[1.0, 2.0, 3.0], steps=5
    )
    assert dashboard.show.frames.fields["yours.W"] == (1, 3)


def test_sliders_move_both_runs():
    dashboard = mt.dashboards.own_rule(adam_without_correction, *MOONS)
    dashboard.configure(beta1=0.5)
    assert {trace.run.rule.values["beta1"] for trace in dashboard.traces.values()} == {0.5}


def test_sliders_reach_as_far_as_the_references():
    dashboard = mt.dashboards.own_rule(adam_without_correction, *MOONS)
    ranges = {c["name"]: (c["low"], c["high"]) for c in dashboard.spec["controls"] if "low" in c}
    assert ranges["beta1"] == (0.0, 0.999)
    assert ranges["eps"] == (1e-12, 1e-2)
    own = mt.dashboards.own_rule(lambda k, G, *, size=0.1: {"rho": size * G}, *MOONS)
    [slider] = [c for c in own.spec["controls"] if c["name"] == "size"]
    assert (slider["low"], slider["high"]) == (0.0, 1.0)


def test_a_rule_in_the_place_of_the_data_is_named():
    with pytest.raises(ValueError, match=r"given only X, 'adam' \(str\)"):
        mt.dashboards.optimizer("adam")


def test_rule_that_raises_is_shown_with_what_it_did_before():
    def breaks(k, G, *, eta):
        if k == 4:
            raise ZeroDivisionError("by hand")
        return {"rho": eta * G}

    dashboard = mt.dashboards.own_rule(breaks, *MOONS, against="gd", batch_size=10)
    assert "ZeroDivisionError: by hand" in dashboard.show.message
    assert len(dashboard.traces["yours"]) == 3
    assert len(dashboard.traces["reference"]) == 12


def test_rule_that_raises_at_once_leaves_the_reference():
    def breaks(k, G, *, eta):
        return undefined_name  # noqa: F821

    dashboard = mt.dashboards.own_rule(breaks, *MOONS, against="gd")
    assert "NameError" in dashboard.show.message
    assert list(dashboard.traces) == ["reference"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"against": "sgd"}, ValueError, "against='sgd' is unknown"),
        ({"on": "hill"}, ValueError, "on='hill' is unknown; allowed: beale"),
        ({"on": 3}, TypeError, "on must be a landscape's id or a function; given"),
        ({"on": lambda w: (0.0, w)}, ValueError, "give start"),
        ({"on": "beale", "X": MOONS[0], "y": MOONS[1]}, ValueError, "not both"),
        ({"on": "beale", "steps": 0}, ValueError, "steps"),
        ({"on": "beale", "start": [1.0]}, ValueError, "start must have shape"),
    ],
)
def test_bad_arguments_of_own_rule_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.own_rule(adam_without_correction, **arguments)


def test_quantity_that_is_left_out_at_some_updates_is_empty_there():
    def moody(k, G, *, eta):
        return {"rho": eta * G, **({"extra": 2 * G} if k < 3 else {})}

    dashboard = mt.dashboards.own_rule(moody, against="gd", on="valley", steps=4)
    frames = dashboard.show.frames
    extra = frames.named(frames.read(1, 4))["yours.extra"][:, 0]
    gradients = dashboard.trace.gather("gradient")["gradient"]
    np.testing.assert_array_equal(extra[:2], 2 * gradients[:2])
    assert np.isnan(extra[2:]).all()


def test_numbers_of_the_first_difference_are_short_but_told_apart():
    def nearly(k, G, *, eta):
        return {"rho": (1 + 1e-6) * eta * G}

    said = mt.dashboards.optimizer(rule="adam", epochs=1).show.panels[0].lines[0]
    assert said.endswith(": lecture −2.62·10⁻⁵, paper −9.96·10⁻⁴.")
    alike = mt.dashboards.own_rule(nearly, against="gd", on="valley", steps=3)
    given, expected = (text.rstrip(".") for text in alike.show.panels[0].lines[0].split()[-3::2])
    assert given.rstrip(",") != expected


# -- going to the first difference


def shown(dashboard, name):
    """Return the number of a map at the chosen weight of the update on the screen."""
    place, frames = dashboard.position, dashboard.show.frames
    [frame] = frames.named(frames.read(place["k"], place["k"]))[name]
    return frame[place["row"], place["column"]]


def test_the_first_difference_is_gone_to_line_and_weight():
    dashboard = small(rule="adam", layer=2)
    dashboard.position = {"k": 5, "line": 0}
    said = dashboard.go_to_first_difference()
    lecture, paper = dashboard.traces.values()
    gap = {i: np.abs(W - paper[0].rho.W[i]) for i, W in lecture[0].rho.W.items()}
    layer = max(gap, key=lambda i: gap[i].max())
    row, column = np.unravel_index(gap[layer].argmax(), gap[layer].shape)
    names = [line.name for line in panels(dashboard, "Ledger")[0].lines]
    assert dashboard.values["layer"] == str(layer)
    assert dashboard.position == {
        "k": 1, "line": names.index("rho"), "row": row, "column": column,
    }  # fmt: skip
    assert said == panels(dashboard, "Text")[0].lines[0]
    assert shown(dashboard, "lecture.rho") == lecture[0].rho.W[layer][row, column]


def test_a_late_difference_of_one_s_own_rule_is_gone_to():
    def slips(k, G, *, eta):
        rho = eta * G
        if k == 5:
            rho[7] += 0.25
        return {"rho": rho}

    dashboard = mt.dashboards.own_rule(slips, *MOONS, against="gd", batch_size=20, layer=2)
    dashboard.go_to_first_difference()
    assert dashboard.values["layer"] == "1"  # rho[7] is in W of 30 x 2, whose rows are units
    place = dashboard.position
    assert (place["k"], place["row"], place["column"]) == (5, 3, 1)
    assert shown(dashboard, "yours.rho") - shown(dashboard, "reference.rho") == pytest.approx(0.25)


def test_where_a_bias_differs_its_unit_is_gone_to():
    def freezes_biases(k, G, layout, *, eta=0.01):
        rho = eta * G
        for _, bias in layout.matrices(rho):
            bias[...] = 0.0
        return {"rho": rho}

    net = mt.MLP((2, 4, 1), seed=1)
    dashboard = mt.dashboards.own_rule(freezes_biases, *MOONS, against="gd", net=net, layer=1)
    said = dashboard.go_to_first_difference()
    biases = dashboard.traces["reference"][0].rho.b
    layer = max(biases, key=lambda i: np.abs(biases[i]).max())
    unit = int(np.abs(biases[layer]).argmax())
    assert f"$b^{{({layer})}}$, unit {unit + 1}" in said
    assert (dashboard.values["layer"], dashboard.position["row"]) == (str(layer), unit)


def test_a_coordinate_that_differs_is_gone_to_on_a_landscape():
    def second_only(k, G, *, eta):
        return {"rho": eta * G * np.array([1.0, 1.5])}

    dashboard = mt.dashboards.own_rule(second_only, against="gd", on="valley", steps=4)
    dashboard.position = {"k": 3}
    dashboard.go_to_first_difference()
    assert (dashboard.position["k"], dashboard.position["column"]) == (1, 1)


def test_where_nothing_differs_one_stays_and_is_told():
    def mine(k, G, *, eta):
        return {"rho": eta * G}

    dashboard = mt.dashboards.own_rule(mine, *MOONS, against="gd")
    dashboard.position = {"k": 2, "row": 1}
    before = dashboard.position
    assert dashboard.go_to_first_difference() == "None: the two runs agree in all they share."
    assert dashboard.position == before
    assert panels(dashboard, "Text")[0].jump is None


def test_a_rule_without_two_forms_has_nothing_to_go_to():
    assert "There is no place to go to" in small(rule="gd").go_to_first_difference()
