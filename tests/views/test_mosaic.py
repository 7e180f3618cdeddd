"""Where panels stand: mosaics as in matplotlib, cut into rows and columns."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from mlpteach.views import Axes, Heat, Ledger, Plot, Show, Table, Text, frames_of
from mlpteach.views.mosaic import LETTERS, above, arrange, beside, cut, mosaic_lines, stack

WIDE = Plot("", "", Axes("", "", (0, 1), (0, 1)), ())
SQUARE = Plot("", "", Axes("", "", (0, 1), (0, 1), shape="square"), ())
WORDS = Text("", ("words",))
TABLE = Table("", "", (), ())
HEAT = Heat("G", "", "", "signed", 1.0, 1.0)
IN_ROW = replace(HEAT, line=0)
LEDGER = Ledger(())


def rectangles(piece, left=0.0, top=0.0, right=1.0, bottom=1.0):
    """Return place -> (left, top, right, bottom) of the panels of a mosaic that has been cut."""
    if "panel" in piece:
        return {piece["panel"]: (left, top, right, bottom)}
    ends = np.concatenate([[0.0], np.cumsum(piece["shares"])]) / sum(piece["shares"])
    found = {}
    for part, start, end in zip(piece["parts"], ends, ends[1:], strict=False):
        if piece["across"]:
            inside = left + start * (right - left), top, left + end * (right - left), bottom
        else:
            inside = left, top + start * (bottom - top), right, top + end * (bottom - top)
        found |= rectangles(part, *inside)
    return found


@pytest.mark.parametrize(
    "mosaic",
    [
        "A",
        "AB",
        "A;B",
        "AAB;AAC",
        "ABC;DEF",
        "AAABBCC;AAADDEE",
        "ACD;ACE;BCE;BFF",
        "A.;BB",
        "AA.;B..",
    ],
)
def test_panels_stand_where_matplotlib_puts_them(mosaic):
    axes = Figure().subplot_mosaic(mosaic, gridspec_kw={"wspace": 0, "hspace": 0})
    grid = next(iter(axes.values())).get_gridspec()
    rows, columns = grid.nrows, grid.ncols
    found = rectangles(cut(mosaic.split(";")))
    for letter, one in axes.items():
        spec = one.get_subplotspec()
        expected = (
            spec.colspan.start / columns, spec.rowspan.start / rows,
            spec.colspan.stop / columns, spec.rowspan.stop / rows,
        )  # fmt: skip
        assert found[LETTERS.index(letter)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("mosaic", "said"),
    [
        ("AAB;AC", "equally long; given 'AAB;AC'"),
        ("AX", r"holds 'X', which is no panel \(A to D\)"),
        ("AB;BA", "the A of mosaic must fill one rectangle"),
        ("AAB;C.B;CDD", "straight cuts"),
        (7, "mosaic must be"),
    ],
)
def test_what_is_no_mosaic_is_refused(mosaic, said):
    with pytest.raises((ValueError, TypeError), match=said):
        mosaic_lines(mosaic, 4)
    with pytest.raises((ValueError, TypeError), match=said):
        Show({}, 1, (WORDS,) * 4, mosaic=mosaic)


def test_mosaics_are_put_together():
    assert stack("A", "BC", "", "DEF").split(";") == ["AAAAAA", "BBBCCC", "DDEEFF"]
    assert beside((2, ["A"]), (3, ["BC", "D"])) == "AAAABBBCCC;AAAADDDDDD"
    assert beside((1, ["A", "B"]), (1, ["C", "D", "E"])) == "AC;AC;AD;BD;BE;BE"
    assert above("C", "AB;AB") == "CC;AB;AB"
    assert above("", "AB") == "AB"


@pytest.mark.parametrize(
    ("panels", "expected"),
    [
        ([WIDE], "A"),
        ([WIDE] * 4, "AB;CD"),
        ([WIDE] * 3 + [TABLE], "ABC;DDD"),
        ([SQUARE, WIDE, WIDE, TABLE], "AABC;AADD"),
        ([SQUARE, SQUARE], "AB"),
        ([WORDS, WIDE], "A;B"),
        ([TABLE, TABLE, WORDS, WORDS], "A;B;C;D"),
        ([WIDE] + [HEAT] * 5, "AAAAAA;BBBCCC;DDEEFF"),
        ([SQUARE] + [WIDE] * 3, "AABB;AACD"),
        # A ledger has the maps of its lines in its rows; others stand narrower beside the plots.
        ([LEDGER, HEAT], "A;B"),
        ([LEDGER, IN_ROW], "A"),
        ([LEDGER, WIDE, HEAT, IN_ROW], "AAAAA;BBBCC"),
        # Beside two ledgers all maps stand at the right, two in a row, on three tenths.
        ([LEDGER, LEDGER, WIDE, HEAT, IN_ROW], "AAAAAAABBBBBBBDDDEEE;CCCCCCCCCCCCCCDDDEEE"),
        ([LEDGER, LEDGER, HEAT, HEAT, HEAT], "AAAAAAABBBBBBBCCCCCC;AAAAAAABBBBBBBDDDEEE"),
    ],
)
def test_panels_that_nobody_placed_are_arranged(panels, expected):
    assert rectangles(cut(arrange(panels).split(";"))) == rectangles(cut(expected.split(";")))


def test_a_show_may_leave_panels_out():
    frames = frames_of({"G": np.zeros((2, 3, 4))})
    show = Show({}, 2, (WIDE, HEAT, WORDS), {}, frames, mosaic="AB")
    assert show.mosaic == "AB"
    assert arrange(show.panels) == "A;B;C"
