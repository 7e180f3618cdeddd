"""Who takes part in a race: names, looks, and who is added."""

import pytest

import mlpteach as mt
from mlpteach.views.racers import everybody, racers_of


def adam(k, G, *, eta=0.1):
    return {"rho": eta * G}


def test_names_that_differ():
    racers = racers_of(["adam", ("adam", "paper"), "adam", adam, mt.rule("gd", eta=0.5), "gd"])
    assert [racer.id for racer in racers] == [
        "adam", "adam_paper", "adam_2", "own_adam", "gd", "gd_2",
    ]  # fmt: skip
    assert len({racer.name for racer in racers}) == 6
    assert racers[2].name == f"{racers[0].name} 2"
    # A rule or a function comes with numbers of its reader's.
    assert [racer.given for racer in racers] == [False, False, False, True, True, False]


def test_looks_that_differ():
    racers = racers_of(["adam", "adam", ("adam", "paper"), "gd", adam, adam])
    looks = [(racer.style.color, racer.style.dash, racer.style.marker) for racer in racers]
    assert len(set(looks)) == len(racers)
    # Whoever comes first keeps the look of the table.
    assert racers[0].style == mt.rule("adam").style
    assert racers[3].style == mt.rule("gd").style
    assert racers[1].style.color != racers[0].style.color


def test_forms_of_one_colour_have_markers_of_their_own():
    for id in ("momentum", "nesterov", "adam", "nadam"):
        lecture, paper = racers_of([id, (id, "paper")])
        assert lecture.style.color == paper.style.color
        assert lecture.style.marker != paper.style.marker


def test_a_lonely_rule_or_function_is_a_race():
    assert [racer.id for racer in racers_of("gd")] == ["gd"]
    assert [racer.id for racer in racers_of(mt.rule("gd"))] == ["gd"]
    assert [racer.id for racer in racers_of(adam)] == ["own_adam"]


@pytest.mark.parametrize(
    ("rules", "error", "said"),
    [
        ([], TypeError, r"rules must be a list of ids.*given \[\]"),
        (None, TypeError, "rules must be a list of ids.*given None"),
        ([("adam", "paper", 0.1)], ValueError, r"must be \(id, form\) where it is a pair"),
        ([("adam",)], ValueError, r"must be \(id, form\) where it is a pair"),
        ([("adam", "own")], ValueError, "form"),
        (["adom"], ValueError, "Did you mean 'adam'"),
    ],
)
def test_what_is_no_race_is_refused(rules, error, said):
    with pytest.raises(error, match=said):
        racers_of(rules)


def test_everybody_else_stands_behind_but_those_who_need_matrices():
    everyone = everybody(racers_of([("adam", "paper"), adam]))
    ids = [racer.rule.id for racer in everyone]
    assert [racer.id for racer in everyone[:2]] == ["adam_paper", "own_adam"]
    assert set(ids) == set(mt.RULES) - {"muon"}
    # The table's adam is there in one form; the reader's is another rule.
    assert [racer.rule.form for racer in everyone if racer.rule.id == "adam"] == ["paper", "own"]
    assert len({racer.id for racer in everyone}) == len(everyone)


def test_a_button_names_the_form_where_there_is_another_meant():
    lecture, paper = racers_of(["momentum", ("momentum", "paper")])
    assert "(lecture)" not in lecture.button
    assert "paper" in paper.button
