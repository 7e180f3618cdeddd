"""A problem set's file: what is wrong with it is said, with the place and what is allowed."""

import re

import pytest

from mlpteach.exercise.reading import SheetRefused, parse_sheet

RIGHT = """
[gelu]
parameters = ["Z", "slope"]
returns = ["A", "B"]
order = ["B", "A"]
solution = '''
def gelu(Z, *, slope=1.7):
    B = np.exp(-slope * Z)
    return Z / (1 + B), B
'''

[[gelu.mistake]]
id = "silu"
changes = [["-slope * Z", "-Z"]]
hint = "What becomes of the slope?"
worth = 0.5
"""


def test_a_right_file_is_read():
    sheet = parse_sheet("ps5", RIGHT)
    assert sheet.tasks["gelu"].order == ("B", "A")
    [mistake] = sheet.mistakes
    assert (mistake.id, mistake.function, mistake.worth) == ("silu", "gelu", 0.5)
    assert "np.exp(-Z)" in sheet.source("gelu", (mistake,))


WRONG = {
    ("[gelu]", "[gelu"): "ps5.toml is no TOML: ",
    ('parameters = ["Z", "slope"]', ""): "ps5.toml, [gelu]: 'parameters' is missing.",
    (
        "[[gelu.mistake]]",
        "[[gelu.mistakes]]",
    ): "[gelu]: 'mistakes' is unknown; allowed: ",
    ('returns = ["A", "B"]', 'returns = "A"'): "[gelu]: 'returns' must be a list; given 'A'.",
    (
        'order = ["B", "A"]',
        'order = ["B"]',
    ): "must hold the names of returns, ['A', 'B']; given",
    ('parameters = ["Z", "slope"]', 'parameters = ["Z"]'): "of the solution, ['Z', 'slope']; given",
    ("def gelu(", "def GELU("): "[gelu]: the solution must be the function gelu, and nothing else.",
    ("def gelu(", "import math\ndef gelu("): "must be the function gelu, and nothing else.",
    ("/ (1", "/ 1"): "[gelu]: the solution is no Python: ",
    ('"-slope * Z"', '"-slope*Z"'): "'silu': it changes '-slope*Z', which does not stand in the",
    (
        '"-slope * Z", "-Z"',
        '"-slope * Z"',
    ): "a change is [old, new], two texts; given ['-slope",
    ('"-Z"]', '"-slope * Z"]'): "'silu': its changes leave the solution as it is.",
    ("worth = 0.5", "worth = 1"): "'silu': worth must be in [0, 1); given 1.",
    ("worth = 0.5", 'worth = "half"'): "'worth' must be a number; given 'half'.",
    ('"What becomes of the slope?"', '" "'): "'silu': it needs a hint",
    ('id = "silu"', ""): "ps5.toml, [[gelu.mistake]]: 'id' is missing.",
    (
        "worth = 0.5",
        RIGHT.partition("[[")[1] + RIGHT.partition("[[")[2],
    ): "'silu' stands there twice",
}


@pytest.mark.parametrize(("change", "said"), WRONG.items())
def test_a_mistake_is_refused_with_its_place(change, said):
    assert change[0] in RIGHT
    with pytest.raises(SheetRefused, match=re.escape(said)):
        parse_sheet("ps5", RIGHT.replace(*change))


WAY = """
[[gelu.way]]
words = "as a fraction"
solution = "def gelu(Z, *, slope=1.7): return Z / (1 + np.exp(-slope * Z)), np.exp(-slope * Z)"
"""


def test_another_way_is_read_and_must_be_the_same_function():
    assert parse_sheet("ps5", RIGHT + WAY).tasks["gelu"].ways[0][0] == "as a fraction"
    with pytest.raises(SheetRefused, match=r"\[\[gelu.way\]\]: the solution must be the function"):
        parse_sheet("ps5", RIGHT + WAY.replace("def gelu", "def GELU"))
    with pytest.raises(SheetRefused, match="'words' is missing"):
        parse_sheet("ps5", RIGHT + WAY.replace('words = "as a fraction"', ""))


def test_a_check_of_a_function_that_is_not_there_is_told():
    with pytest.raises(KeyError, match="a check calls 'relu', but its TOML file holds only gelu"):
        parse_sheet("ps5", RIGHT).source("relu")
