"""What travels to a page: read back here as the page reads it, number by number."""

import base64

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.player.spec import describe_show
from mlpteach.views import (
    STYLES,
    Arrow,
    Axes,
    Band,
    Bars,
    Heat,
    Ledger,
    Line,
    Matrices,
    Matrix,
    Note,
    Path,
    Plot,
    Points,
    Profile,
    Raster,
    Row,
    Show,
    Table,
    frames_of,
    join,
)
from mlpteach.views.colors import color_table
from mlpteach.views.optimizer import rule_lines

FIRST, SECOND = STYLES[:2]
SERIES = {
    "k": np.array([1.0, 2.0, 3.0]),
    "J": np.array([4.0, 1.0, np.nan]),
    "line": np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]),
}
# Left to right from 1 to 3, upwards from 0 to 4.
AXES = Axes("", "", (1, 3), (0, 4))
FRAMES = join(frames_of({"W": np.zeros((3, 2, 2))}, "W"), frames_of({"V": np.zeros((3, 1, 2))}))


def described(*panels, **changes):
    return describe_show(Show({}, 3, panels, **{"series": SERIES, "frames": FRAMES, **changes}))


def layer(drawn, axes=AXES, **changes):
    spec, numbers = described(Plot("", "", axes, [drawn]), **changes)
    return spec["panels"][0]["layers"][0], numbers


def read(where, numbers):
    """Numbers of 64, 32 or 16 bits behind an offset in units of eight bytes."""
    kind = {64: "<f8", 32: "<f4", 16: "<u2"}[where.get("bits", 64)]
    count = int(np.prod(where["shape"]))
    return np.frombuffer(numbers, kind, count, 8 * where["at"]).reshape(where["shape"])


def read_curve(where, numbers):
    """Fractions of an axis between -1 and 2 in 65,535 places; the last number stands for none.

    Of what stands twice, the first of each pair is there.
    """
    *rows, columns = where["shape"]
    if where.get("twice"):
        once = read({**where, "shape": [*rows, columns // 2]}, numbers)
        places = np.repeat(once, 2, axis=-1).astype(float)
    else:
        places = read(where, numbers).astype(float)
    return np.where(places == 65535, np.nan, places * 3 / 65534 - 1)


def test_series_of_one_number_a_step_keep_all_bits_and_equal_ones_travel_once():
    series = {**SERIES, "again": SERIES["J"].copy(), "drawn": SERIES["k"] + 1}
    spec, numbers = described(series=series, numbers=[("", "k"), ("", "J"), ("", "again")])
    assert read(spec["series"]["J"], numbers).tobytes() == SERIES["J"].tobytes()
    assert spec["series"]["again"] == spec["series"]["J"]
    assert set(spec["series"]) == {"k", "J", "again"}  # "drawn" is written nowhere
    assert len(numbers) == 8 * 6


def test_what_a_table_or_a_formula_writes_travels():
    table = Table("", "", ["cost"], [Row("run", ["J"], FIRST)])
    assert set(described(table)[0]["series"]) == {"J"}
    assert set(described(Ledger([Formula()]))[0]["series"]) == {"k", "J"}


def test_points_of_a_line_are_fractions_from_the_upper_left_corner():
    line, numbers = layer(Line("k", "J", FIRST, "cost"))
    expected = [[0.0, 0.0], [0.5, 0.75], [np.nan, np.nan]]
    np.testing.assert_allclose(read_curve(line["points"], numbers), expected, atol=1.5 / 65534)
    assert (line["label"], line["future"], line["connect"]) == ("cost", True, True)
    assert (line["color"], line["dash"]) == (FIRST.color, FIRST.dash)


@pytest.mark.parametrize(
    ("drawn", "field", "expected"),
    [
        (Profile([1, 2], "line", FIRST), "y", [[1.0, 0.75], [0.5, 0.25], [0.0, -0.25]]),
        (Path([1, 3], [4, 0], FIRST), "points", [[0.0, 0.0], [1.0, 1.0]]),
        (Band("k", "J", "k", FIRST), "points",
         [[0.0, 0.0], [0.5, 0.75], [np.nan, np.nan], [0.0, 0.75], [0.5, 0.5], [1.0, 0.25]]),
    ],
)  # fmt: skip
def test_curves_have_a_place_in_fifty_thousand_of_the_axes(drawn, field, expected):
    spec, numbers = layer(drawn)
    np.testing.assert_allclose(read_curve(spec[field], numbers), expected, atol=1.5 / 65534)


def test_points_that_leave_the_picture_far_behind_keep_their_place():
    line, numbers = layer(Line("k", "far", FIRST), series={**SERIES, "far": [4.0, -400.0, 0.0]})
    expected = [[0.0, 0.0], [0.5, 101.0], [1.0, 1.0]]
    np.testing.assert_allclose(read(line["points"], numbers), expected, rtol=1e-6)
    assert line["points"]["bits"] == 32


def test_corners_of_a_histogram_travel_once_a_pair():
    pairs = np.array([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 3.0], [4.0, 4.0, 0.0, 0.0]])
    steps = Profile([1, 1, 3, 3], "pairs", FIRST)
    drawn, numbers = layer(steps, series={**SERIES, "pairs": pairs})
    assert drawn["y"]["twice"] is True
    np.testing.assert_allclose(read_curve(drawn["y"], numbers), 1 - pairs / 4, atol=1.5 / 65534)
    assert len(numbers) <= 8 * 3  # 2 bytes each: 2 of x, 6 of y


def test_points_say_in_which_field_of_the_frames_they_lie():
    rings, _ = layer(Points("W", FIRST, "the batch"))
    assert (rings["of"], rings["label"], rings["color"]) == ("W", "the batch", FIRST.color)


def test_a_curve_far_outside_stays_outside():
    far, numbers = layer(Profile([-1e9, 1e9], "line", FIRST))
    np.testing.assert_allclose(read_curve(far["x"], numbers), [-1, 2], atol=1e-4)


def test_bars_say_where_nothing_is_and_how_far_one_reaches():
    bars, _ = layer(Bars([1.5, 2.0], "W", FIRST, width=0.5))
    assert bars["places"] == [0.25, 0.5]
    assert (bars["across"], bars["zero"], bars["unit"]) == (0.25, 1.0, -0.25)


def test_a_raster_says_its_first_corner_and_how_far_it_reaches_from_there():
    raster, _ = layer(Raster("W", (1.5, 2.5), (1, 4), "signed", 2.0, contour=True))
    assert raster["box"] == [0.25, 0.75, 0.5, -0.75]
    assert (raster["limit"], raster["contour"], raster["smooth"]) == (2.0, True, False)


def test_words_have_their_place_and_no_label():
    note, _ = layer(Note("here", 2.0, 1.0, FIRST))
    assert (note["text"], note["place"], note["label"]) == ("here", [0.5, 0.75], "")


def test_axes_say_how_much_wider_than_high_only_where_one_is_as_long_as_the_other():
    for equal, aspect in ((True, 0.5), (False, 0)):
        axes = Axes("", "", (1, 3), (0, 4), equal=equal)
        assert described(Plot("", "", axes, []))[0]["panels"][0]["aspect"] == aspect


def names(*layers, **changes):
    rows = [Row("first", ["J"], FIRST), Row("second", ["J"], SECOND)]
    table = Table("", "", ["cost"], rows)
    spec, _ = described(Plot("", "", AXES, layers, **changes), table)
    return spec["panels"][0]["names"]


def test_a_table_names_the_first_line_of_its_look_and_no_other():
    first, again = Line("k", "J", FIRST), Line("k", "k", FIRST)
    assert names(first, Line("k", "J", SECOND), again) == ["first", "second", ""]
    assert names(Line("k", "J", STYLES[2])) == [""]


def test_points_have_a_name_only_where_nothing_else_looks_like_them():
    rings = Points("W", FIRST)
    assert names(rings) == ["first"]
    assert names(Line("k", "J", FIRST), rings) == ["first", ""]


class Formula:
    """As a line of a rule: with letters or with numbers put in."""

    name = "k"

    def mathml(self, numbers=False):
        return "numbers" if numbers else "letters"


def test_a_ledger_travels_with_its_letters_and_with_places_for_numbers():
    spec, _ = described(Ledger([Formula()]))
    [line] = spec["panels"][0]["lines"]
    assert line == {"name": "k", "formula": "letters", "numbers": "numbers"}
    assert spec["lines"] == 1


def test_entries_can_be_chosen_in_maps_of_the_shape_that_is_chosen_from():
    def heat(field, **more):
        return Heat(field, "", "", "signed", 1.0, 1.0, **more)

    spec, _ = described(heat("W"), heat("V"), heat("W", selectable=False))
    assert [panel["selectable"] for panel in spec["panels"]] == [True, False, False]
    colours = {"kind": "levels", "limit": 1.0, "gamma": 1.0, "colors": "signed"}
    assert spec["fields"] == {
        "W": {"at": 0, "shape": [2, 2], **colours},
        "V": {"at": 4, "shape": [1, 2], **colours},
    }


def test_notes_of_a_row_stand_in_the_order_of_their_steps():
    row = Row("run", ["J"], FIRST, {3: "late", 1: "early"})
    spec, _ = described(Table("", "", ["cost"], [row]))
    assert spec["panels"][0]["rows"][0]["notes"] == [[1, "early"], [3, "late"]]


def test_an_arrow_travels_as_its_two_ends():
    arrow, numbers = layer(Arrow("k", "J", "k", "k", FIRST))
    ends = read_curve(arrow["points"], numbers)
    assert ends.shape == (3, 4)
    # From (1, 4) to (1, 1), and from (2, 1) to (2, 2), as fractions from the left and from above.
    np.testing.assert_allclose(ends[:2], [[0, 0, 0, 0.75], [0.5, 0.75, 0.5, 0.5]], atol=1e-4)
    assert np.isnan(ends[2, 1])


@pytest.mark.parametrize(
    ("scales", "log"), [(("log", "linear"), [1, 0]), (("linear", "log"), [0, 1])]
)
def test_limits_say_which_axis_is_logarithmic(scales, log):
    spec, _ = described(Plot("", "", Axes("", "", (1, 10), (2, 100), *scales), ()))
    assert spec["panels"][0]["limits"] == [[1, 10, bool(log[0])], [2, 100, bool(log[1])]]


def test_colours_of_maps_travel_with_frames_light_before_dark():
    spec, _ = described()
    for name, tables in spec["colors"].items():
        for table, dark in zip(tables, (False, True), strict=True):
            colors = np.frombuffer(base64.b64decode(table), np.uint8).reshape(256, 3)
            np.testing.assert_array_equal(colors, color_table(name, dark))


def test_a_show_without_frames_and_series_is_described_too():
    spec, numbers = described(series={}, frames=None)
    assert numbers == b""
    names = ("held", "fields", "frame", "select", "choices", "ways", "colors", "lines")
    assert [spec[name] for name in names] == [[], {}, 0, "", [1, 1], {}, {}, 0]


def test_lines_can_be_stepped_through_as_many_as_the_longest_ledger_has():
    rule = mt.rule("adam")
    trace = mt.descend(mt.LANDSCAPES["valley"], [1.0, 1.0], rule=rule, steps=3)
    lines = rule_lines(trace)
    names = {line.name: np.zeros((3, 1, 2)) for line in lines} | {"W_after": np.zeros((3, 1, 2))}
    short, long = Ledger(lines[:1]), Ledger(lines)
    spec, _ = described(short, long, short, frames=frames_of(names))
    assert spec["lines"] == len(lines) > 3


@pytest.mark.parametrize(
    ("x", "bits"),
    [([-1.0, 5.0, 5.0], 16), ([-1.1, 1.0, 1.0], 32), ([1.0, 5.1, 1.0], 32), ([np.nan] * 3, 16)],
)
def test_points_no_further_than_a_width_outside_take_16_bits(x, bits):
    """The axes reach from 1 to 3."""
    line, _ = layer(Line("x", "J", FIRST), series={**SERIES, "x": np.array(x)})
    assert line["points"]["bits"] == bits


@pytest.mark.parametrize(("steps", "bits"), [(4096, 16), (4097, 32)])
def test_more_steps_than_16_bits_tell_apart_take_32(steps, bits):
    series = {"k": np.linspace(1.0, 3.0, steps), "J": np.ones(steps)}
    show = Show({}, steps, (Plot("", "", AXES, [Line("k", "J", FIRST)]),), series)
    spec, _ = describe_show(show)
    assert spec["panels"][0]["layers"][0]["points"]["bits"] == bits


def test_an_equation_of_matrices_keeps_its_signs():
    W = Matrix("$W$", "W", 2, 2, row="unit")
    spec, _ = described(Matrices("", "as matrices", [[W, "=", W]]))
    ((first, sign, last),) = spec["panels"][0]["lines"]
    assert sign == "="
    assert first == last
    assert (first["field"], first["rows"], first["row"]) == ("W", 2, "unit")
    assert first["text"].startswith("<math")
