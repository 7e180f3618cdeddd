"""Every guided step of every dashboard: its claims computed again, and decided by no rounding."""

import html
import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from every_dashboard import SMALL
from guided_dashboards import GUIDED

import mlpteach as mt
from mlpteach.player import GuidedStep

SAID = tomllib.loads(Path(__file__).with_name("guided_steps.toml").read_text("utf-8"))
# What may lie between two computers, far above what was ever seen in these runs.
NEARLY = 1e-5
# Numbers in sentences that no run gives: definitions, units, what another sentence sets.
GIVEN = {
    "activations": {"1", "200", "1/200"},
    "activations, AdaGrad": {"200", "20", "100"},
    "batches": {"4", "32", "90"},
    "cost_lab": {"22"},
    "derivatives": {"0", "2"},
    "four_ways": {"256"},
    "momentum": {"1", "100", "4/121", "9/11", "50", "0.9"},
    "network": {"0.1"},
    "neuron": {"1", "0", "2"},
    "optimizer": {"10"},
    "race": {"200", "0"},
    "race, AdaDelta": {"200", "10"},
    "race, AdaGrad": {"200"},
    "race, NAdam": {"2", "0"},
    "race, Nesterov": {"200", "0.01", "2", "1"},
    "ranking": {"10"},
    "reddi": {"1"},
    "reddi, every 101st": {"10,000", "1"},
    "step_size": {"1", "5"},
}
STEPS = [(name, i) for name, known in SAID.items() for i in range(len(known["says"]))]
NUMBER = r"\d+(?:[.,/]\d+)*"


@cache
def opened(name):
    return GUIDED[name]()


def test_a_state_starts_with_the_name_of_the_function_that_shows_it():
    for name, dashboard in SMALL.items():
        assert dashboard().core.name == name.partition(",")[0].partition(" ")[0]


def taken(name, i):
    """Return the guided step's dashboard, and what the step says as plain text."""
    dashboard = opened(name)
    dashboard.take_step(i + 1)
    return dashboard, dashboard.core.spec["guided"]


def plain(text):
    return html.unescape(re.sub("<[^>]*>", "", text))


def answer(guided):
    return plain(guided["choices"][guided["answer"]]) if guided["question"] else ""


def test_every_dashboard_has_guided_steps():
    names = {name.partition(",")[0] for name in SAID}
    assert names == set(mt.dashboards.__all__) - {"Player"}
    assert {name: len(opened(name).guide) for name in GUIDED} == {
        name: len(known["says"]) for name, known in SAID.items()
    }


@pytest.mark.parametrize(("name", "i"), STEPS)
def test_step_says_what_its_run_gives(name, i):
    _, guided = taken(name, i)
    assert plain(guided["sentence"]) == SAID[name]["says"][i]
    assert answer(guided) == SAID[name]["answers"][i]


def nearly(array, rng):
    """Return an array whose numbers another computer might have given; whole ones are counts."""
    noise = 1 + NEARLY * rng.uniform(-1, 1, np.shape(array))
    return np.where(np.asarray(array) % 1 == 0, array, array * noise)


def perturbed(show, seed):
    rng = np.random.default_rng(seed)
    series = {name: nearly(array, rng) for name, array in show.series.items()}
    return replace(show, series=series)


@pytest.mark.parametrize(("name", "i"), STEPS)
def test_no_rounding_decides_what_a_step_says(name, i):
    dashboard, guided = taken(name, i)
    step = dashboard.guide[i]
    for seed in range(3):
        again = step.fill(perturbed(dashboard.show, seed))
        assert again["sentence"] == guided["sentence"]
        assert again["answer"] == guided["answer"]


def written(step):
    """Return the numbers in a step's texts, outside of holes and formulas."""
    texts = " ".join((step.sentence, step.question, step.reveal, *step.choices))
    words = " ".join(texts.split("$")[::2])
    return set(re.findall(NUMBER, re.sub(r"\{[^}]*\}", "", words)))


@pytest.mark.parametrize(("name", "i"), STEPS)
def test_no_number_is_written_that_the_step_does_not_set(name, i):
    step = opened(name).guide[i]
    choices = set(re.findall(NUMBER, " ".join(step.choices)))  # one of them is computed
    state = set(re.findall(NUMBER, step.state))
    assert written(step) <= state | choices | GIVEN.get(name, set())


def test_question_tells_no_number_that_it_asks_for():
    for name in SAID:
        for step in opened(name).guide:
            assert "{answer}" not in step.question


def test_steps_of_another_guide_are_chosen_by_name_or_given():
    rules = ["adagrad", "rmsprop"]
    assert len(mt.dashboards.race(rules=rules).guide) == 4
    assert len(mt.dashboards.race(rules=rules, guide="adagrad").guide) == 3
    own = GuidedStep("**Mine.**", "k=3")
    assert mt.dashboards.race(rules=rules, guide=[own]).guide == (own,)
    with pytest.raises(ValueError, match=r"guide='adagrat' is unknown; allowed: race, .*adagrad"):
        mt.dashboards.race(guide="adagrat")


@pytest.mark.parametrize("name", SMALL)
def test_other_data_have_the_steps_that_fit_them(name):
    core = SMALL[name]().core
    for number in range(1, len(core.guide) + 1):
        [(answered, _), *_] = core.answer({"type": "step", "number": number})
        said = answered.get("message", "")
        assert answered["type"] == "history" or "can't be computed from this run" in said
