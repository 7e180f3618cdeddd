"""Colours of lines, told apart by readers who see fewer of them."""

from itertools import combinations

import numpy as np
import pytest
from oklab import linear, oklab

import mlpteach as mt
from mlpteach.basics.style import ON_DARK, STYLES
from mlpteach.views.racers import racers_of

# Machado, Oliveira & Fernandes 2009, Table 1, severity 1.0; they act on linear red, green, blue.
READERS = {
    "all": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
LUMINANCE = [0.2126, 0.7152, 0.0722]  # WCAG 2
RACERS = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")
PAGES = {"light": "#ffffff", "dark": "#111111"}


def light(color):
    return linear(np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255)


def seen(color, reader):
    """OKLab, times 100, of a colour as a reader sees it."""
    return 100 * oklab(np.clip(READERS[reader] @ light(color), 0, 1))


def contrast(color, page):
    dim, bright = sorted(float(light(one) @ LUMINANCE) + 0.05 for one in (color, page))
    return bright / dim


def on(page, color):
    return color if page == "light" else ON_DARK[color]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("reader", READERS)
def test_rules_of_the_slides_are_told_apart_by_colour_alone(page, reader):
    colors = [seen(on(page, mt.RULES[id].style.color), reader) for id in RACERS]
    assert min(np.linalg.norm(a - b) for a, b in combinations(colors, 2)) > 9.0


@pytest.mark.parametrize("page", PAGES)
def test_lines_stand_out_from_their_page(page):
    assert min(contrast(on(page, color), PAGES[page]) for color in ON_DARK) >= 3.0


def test_what_shares_a_colour_has_other_dashes_or_another_marker():
    looks = [(style.color, style.dash, style.marker) for style in STYLES]
    looks += [
        (rule.style.color, rule.style.dash, rule.style.marker)
        for optimizer in mt.RULES.values()
        for rule in optimizer.forms.values()
        if rule is optimizer.default
    ]
    rules = looks[len(STYLES) :]
    assert len(set(rules)) == len(rules)
    assert len(set(looks[: len(STYLES)])) == len(STYLES)
    assert {color for color, _, _ in looks} <= set(ON_DARK)


def test_rules_of_ones_own_take_no_colour_that_means_a_rule_of_the_slides():
    def one(k, G, *, eta=0.1):
        return {"rho": eta * G}

    def two(k, G, *, eta=0.1):
        return {"rho": eta * np.sign(G)}

    def three(k, G, *, eta=0.1):
        return {"rho": eta * G**3}

    racers = racers_of([one, two, three, *RACERS])
    colors = [racer.style.color for racer in racers]
    assert len(set(colors)) == len(racers)
    assert [racer.style for racer in racers[3:]] == [mt.RULES[id].style for id in RACERS]
    looks = {(racer.style.dash, racer.style.marker) for racer in racers[:3]}
    assert looks.isdisjoint((racer.style.dash, racer.style.marker) for racer in racers[3:])
