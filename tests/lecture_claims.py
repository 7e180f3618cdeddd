"""Sentences of the lectures with holes for their numbers, filled from the runs they speak of."""

import json
import os
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from test_lectures import LECTURES

import mlpteach as mt

# What may lie between two computers, far above what was ever seen in these runs.
NEARLY = 1e-5
# A rank is only claimed where the costs differ by more than this factor.
CLEARLY = 1.1


# "$\\eta = 0.1$": what the reader, or the text, sets.
_SETTING = re.compile(
    r"\\(?:alpha|beta|gamma|epsilon|eta)(?:_\d)? = (?:10\^\{-\d+\}|\d+(?:\.\d+)?)"
)


class Claim(NamedTuple):
    """A sentence of a lecture, with a hole for each number, and the numbers computed anew."""

    sentence: str
    numbers: Callable


@cache
def text_of(lecture):
    """Return the text of a notebook on one line, as the sentences are written in the tests."""
    (path,) = (path for path in LECTURES if path.stem[3:] == lecture)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    written = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return " ".join(" ".join(written).split())


def each(claims):
    """Make a test of each claim; its name begins as the sentence does."""
    return pytest.mark.parametrize("claim", claims, ids=lambda claim: claim.sentence[:40])


def check(lecture, claim):
    """Hold that the lecture says what its runs show, and that no rounding decides it."""
    numbers = list(claim.numbers())
    said = claim.sentence.format(*numbers)
    assert said in text_of(lecture)
    for change in (1 - NEARLY, 1 + NEARLY):
        moved = [n * change if isinstance(n, np.floating) and n % 1 else n for n in numbers]
        assert claim.sentence.format(*moved) == said


def unclaimed(lecture, claims, given):
    """Return the decimals and powers of ten in a lecture that are neither claimed nor given.

    Parameters
    ----------
    lecture : str
    claims : list of Claim
    given : list of str
        Pieces of the text, word for word: settings, definitions, what another test holds, what
        others published. A letter's setting, such as "$\\eta = 0.1$", is known as one.

    Returns
    -------
    list of str
        Each with the words around it.
    """
    text = text_of(lecture)
    for piece in [claim.sentence.format(*claim.numbers()) for claim in claims] + given:
        assert piece in text, piece
        text = text.replace(piece, " … ")
    text = _SETTING.sub(" … ", text)
    found = re.finditer(r"\d\.\d|10\^", text)
    return [text[max(0, hit.start() - 40) : hit.end() + 20] for hit in found]


def demo_images(name):
    """Return the pictures of demo 08: "clothes", where they are installed, or "digits"."""
    if name == "digits":
        return mt.datasets.digits()
    if not mt.datasets.has_fashion_mnist() and "MLPTEACH_REQUIRE_FASHION" not in os.environ:
        pytest.skip("Fashion-MNIST is not on this machine")
    return mt.datasets.fashion_mnist(n=2000)
