"""What travels between a dashboard and its page. The format is written down here alone.

**No order of keys means anything**, for files sort them: what has an order is a list, and what lies
in a buffer says where: ``{"at": 60, "shape": [30, 2]}``, counted in numbers, row by row. Points of
layers are fractions of the axes: fewer ``bits`` place them finer than pixels. With 32 they are
32-bit floats; with 16 unsigned integers, which 65534 parts divide from -1 to 2 (65535: NaN); "at"
still counts 64 bits. Of what stands "twice", as the corners of a histogram, each pair travels once.

The page holds five things, all of which may be new with every history; a widget's are its traits:

======== ==========================================================================================
spec     plain data, see below
numbers  little-endian 64-bit floats: the series; and points of layers, see below
frames   the frames of the steps ``held``, each of ``frame`` 64-bit floats; where there is one that
         is ``chosen`` a run, as :mod:`mlpteach.player.runs` says
pictures key -> ``{"data", "across", "up", "words"}``: what stands still in a plot, as
         :class:`~mlpteach.views.pictures.Picture` says
position ``{"k", "line", "row", "column"}``: k is counted from 1, the others from 0
======== ==========================================================================================

The spec:

================ ==================================================================================
name, title      of the dashboard; a state's text starts with the name
sequence         which history this is
controls, values a list, its options ``[value, text]``; and control -> value
steps, unit      how many there are, and what one is called ("": `numbers` tell the place)
perEpoch, lines  steps in an epoch (1: none), lines of the longest ledger (0: none)
message          a warning, or ""
numbers          a list of ``{"text", "series"}`` beside the slider
series           name -> where in `numbers`; one entry a step, of those that panels write as numbers
frame, fields    numbers in a frame, and name -> where in a frame, and how it travels in a run;
                 0 and {} without frames
held, select     steps whose frames have travelled, and the field whose entries can be chosen
chosen           ``[row, column]`` of what has all its digits where frames are large, or none
length, ahead    how many frames are asked for at once, and how many bytes of them in all before the
                 reader goes there
choices, ways    how many rows and columns can be chosen, and name -> what follows, a row each
colors           name -> 256 times red, green, blue in base64, for a light and for a dark page
dark             colour of a line on a light page -> on a dark one
panels           in reading order, each with its ``kind``; a plot's layers likewise
mosaic           where they stand, cut into parts as :func:`mlpteach.views.mosaic.cut` says
guide            names of the steps to try (:mod:`mlpteach.player.guide`)
guided           the one that is taken: its number from 1 as "step", whether the reader has
                 "changed" it since, and its texts; or none
saved            true in a page that has no Python to ask (:mod:`mlpteach.player.saved`)
================ ==================================================================================

From the page. Each may have a ``request``, which the answer repeats, and name under ``pictures``
the keys that the page has already:

``{"type": "configure", "values"}``, and perhaps ``"position"``
    Another history, and the place to show it at. Values left out stay as they are.
``{"type": "restore", "text"}``
    The picture of a state's text.
``{"type": "step", "number"}``
    A guided step.
``{"type": "window", "first", "last", "sequence"}``, and perhaps ``"row", "column"``, ``"entries"``
    Frames of steps that did not travel with the history; or of frames that did the chosen entries.
``{"type": "position", "position"}``
    Where the page stands now. A widget's page sets the trait.
``{"type": "away"}``
    The reader looks at something else: time for a picture of the page. There is no answer.

To the page:

``{"type": "history", "spec", "pictures", "position"}`` and ``[numbers, frames]``
    All that the page holds, pictures it has already left out. A widget sets its traits.
``{"type": "configured", "request"}``
    After the history that was asked for.
``{"type": "failed", "request", "message"}``
    Nothing has changed; the message is for the reader.
``{"type": "window", "request", "first", "last", "sequence", "row", "column", "entries"}``
    With ``[run]``: a run of frames, or the chosen entries of one, compressed. Of an older history
    there is no answer.
"""

import base64
from typing import Any

import numpy as np

from mlpteach.basics.style import ON_DARK
from mlpteach.player.controls import Control
from mlpteach.player.runs import seen_fields
from mlpteach.views.colors import COLORS, color_table
from mlpteach.views.coordinates import point_fractions, x_fractions, y_fractions
from mlpteach.views.image_panels import Images
from mlpteach.views.layers import Arrow, Band, Bars, Line, Note, Path, Points, Profile, Raster
from mlpteach.views.mathematics import to_html
from mlpteach.views.mosaic import arrange, cut
from mlpteach.views.network_panels import Matrix
from mlpteach.views.panels import Diagram, Heat, Ledger, Matrices, Plot, Show, Table, Text
from mlpteach.views.pictures import picture_key

# Steps that 16 bits still tell apart on an axis.
_FEW = 4096


class _Numbers:
    """Arrays, one behind the other; series take 64 bits: squares of small gradients leave 32."""

    def __init__(self):
        self._arrays, self._length, self._places = [], 0, {}

    def add(self, array):
        """Take in an array and return where the page finds it."""
        array = np.ascontiguousarray(array, dtype=float)
        return {**self._append(array), "shape": list(array.shape)}

    def add_points(self, fractions):
        """Take in fractions of the axes; where some lie far outside as 32-bit floats."""
        fractions = np.asarray(fractions)
        few = len(fractions) <= _FEW
        if few and ((fractions >= -1) & (fractions <= 2) | np.isnan(fractions)).all():
            return self.add_curves(fractions)
        with np.errstate(over="ignore"):  # what is infinitely far is not drawn
            return self._add_short(fractions.astype("<f4"))

    def add_curves(self, fractions):
        """Take in fractions of the axes that are drawn inside it, as 16-bit integers."""
        parts = np.round((np.clip(fractions, -1, 2) + 1) * (65534 / 3))
        parts = np.where(np.isnan(parts), 65535, parts).astype("<u2")
        if parts.shape[-1] % 2 or (parts[..., ::2] != parts[..., 1::2]).any():
            return self._add_short(parts)
        once = np.ascontiguousarray(parts[..., ::2])
        return {**self._add_short(once), "shape": list(parts.shape), "twice": True}

    def _add_short(self, array):
        data = array.tobytes()
        where = self._append(np.frombuffer(data + bytes(-len(data) % 8)))
        return {**where, "shape": list(array.shape), "bits": 8 * array.itemsize}

    def _append(self, array):
        """Return where the numbers lie; equal ones travel once."""
        content = array.tobytes()
        if content not in self._places:
            self._places[content] = self._length
            self._arrays.append(array.ravel())
            self._length += array.size
        return {"at": self._places[content]}

    def bytes(self):
        return np.concatenate(self._arrays or [np.empty(0)]).tobytes()


def describe_show(show: Show) -> tuple[dict[str, Any], bytes]:
    """Return what the page needs of a :class:`~mlpteach.views.panels.Show`.

    Returns
    -------
    spec : dict
        Of the spec, what depends on the show alone.
    numbers : bytes
    """
    numbers, frames = _Numbers(), show.frames
    panels = [_describe(panel, show, numbers) for panel in show.panels]
    spec = {
        "steps": show.steps,
        "unit": show.unit,
        "perEpoch": show.per_epoch,
        "message": show.message,
        "panels": panels,
        "mosaic": cut((show.mosaic or arrange(show.panels)).split(";")) if panels else {},
        "series": {name: numbers.add(show.series[name]) for name in _written(show)},
        "numbers": [{"text": to_html(text), "series": name} for text, name in show.numbers],
        "lines": _line_count(show),
        "held": frames.held if frames else [],
        "fields": _fields(frames, seen_fields(show)) if frames else {},
        "frame": frames.size if frames else 0,
        "select": frames.select if frames else "",
        "choices": list(frames.choice) if frames else [1, 1],
        "ways": {name: way.tolist() for name, way in frames.ways.items()} if frames else {},
        "colors": _color_tables() if frames else {},
        "dark": ON_DARK,
    }
    return spec, numbers.bytes()


def _written(show):
    """Return the names of the series whose values are written somewhere, in their order."""
    alone = [name for name, values in show.series.items() if np.ndim(values) == 1]
    if any(isinstance(panel, Ledger) for panel in show.panels):
        return alone  # formulas name them
    rows = [row for panel in show.panels if isinstance(panel, Table) for row in panel.rows]
    needed = {name for _, name in show.numbers} | {cell for row in rows for cell in row.cells}
    return [name for name in alone if name in needed]


def describe_control(control: Control) -> dict[str, Any]:
    """Return a control for the page; its options keep their order in a list."""
    described: dict[str, Any] = {"kind": control.kind, **vars(control)}
    if "options" in described:
        described["options"] = [[value, text] for value, text in described["options"].items()]
    return described


def _fields(frames, seen):
    """Return where each field lies in a frame, and how it travels in a run."""
    fields, start = {}, 0
    for name, (rows, columns) in frames.fields.items():
        fields[name] = {"at": start, "shape": [rows, columns], **seen[name]}
        start += rows * columns
    return fields


def _color_tables():
    return {
        name: [base64.b64encode(color_table(name, dark)).decode() for dark in (False, True)]
        for name in COLORS
    }


def _line_count(show):
    """Return how many lines can be stepped through: those of the longest ledger."""
    return max((len(panel.lines) for panel in show.panels if isinstance(panel, Ledger)), default=0)


def _describe(panel, show, numbers):
    described = _DESCRIBE[type(panel)](panel, show, numbers)
    return {**described, "kind": type(panel).__name__.lower(), "title": to_html(panel.title)}


def _plot(plot, show, numbers):
    axes = plot.axes
    (left, right), (low, high) = axes.xlim, axes.ylim
    return {
        "label": plot.label,
        "click": plot.click,
        "bothEnds": plot.both_ends,
        "shape": axes.shape,
        "picture": picture_key(axes),
        "aspect": abs((right - left) / (high - low)) if axes.equal else 0,
        "xlabel": to_html(axes.xlabel),
        "ylabel": to_html(axes.ylabel),
        "limits": [[*axes.xlim, axes.xscale == "log"], [*axes.ylim, axes.yscale == "log"]],
        "layers": [_layer(layer, axes, show.series, numbers) for layer in plot.layers],
        "names": [to_html(name) for name in _names(plot, show.panels)],
    }


def _layer(layer, axes, series, numbers):
    described = _DESCRIBE_LAYER[type(layer)](layer, axes, series, numbers)
    return {"kind": type(layer).__name__.lower(), "label": "", **described}


def _names(plot, panels):
    """Return how a table calls each layer by its look; "" for those that no name is for alone."""
    rows = [row for panel in panels if isinstance(panel, Table) for row in panel.rows if row.style]
    called = {_look_of(row): row.label for row in reversed(rows)}
    looks = [None if isinstance(layer, Bars) else _look_of(layer) for layer in plot.layers]
    alone = [
        looks.index(look) == i
        if isinstance(layer, Line) or plot.both_ends
        else looks.count(look) == 1
        for i, (look, layer) in enumerate(zip(looks, plot.layers, strict=True))
    ]
    return [called.get(look, "") * known for look, known in zip(looks, alone, strict=True)]


def _look_of(drawn):
    style = getattr(drawn, "style", None)
    return style and (style.color, style.dash)


def _line(line, axes, series, numbers):
    points = point_fractions(axes, series[line.x], series[line.y])
    return {
        **_look(line),
        "points": numbers.add_points(points),
        "future": line.future,
        "connect": line.connect,
    }


def _band(band, axes, series, numbers):
    """Return a band as two lines, one behind the other."""
    edges = [point_fractions(axes, series[band.x], series[y]) for y in (band.low, band.high)]
    return {**_look(band), "points": numbers.add_curves(np.concatenate(edges))}


def _points(points, axes, series, numbers):
    return {**_look(points), "of": points.field}


def _profile(profile, axes, series, numbers):
    return {
        **_look(profile),
        "x": numbers.add_curves(x_fractions(axes, profile.x)),
        "y": numbers.add_curves(y_fractions(axes, series[profile.y])),
        "filled": profile.filled,
    }


def _arrow(arrow, axes, series, numbers):
    start = point_fractions(axes, series[arrow.x], series[arrow.y])
    end = point_fractions(axes, series[arrow.to_x], series[arrow.to_y])
    return {**_look(arrow), "points": numbers.add_points(np.concatenate([start, end], axis=-1))}


def _bars(bars, axes, series, numbers):
    """Return bars with the height of 0, and how far down from there a unit reaches."""
    zero, unit = y_fractions(axes, [0.0, 1.0])
    left, right = x_fractions(axes, [0.0, bars.width])
    return {
        **vars(bars.style),
        "of": bars.field,
        "places": x_fractions(axes, bars.x).tolist(),
        "across": float(right - left),
        "zero": float(zero),
        "unit": float(unit - zero),
    }


def _path(path, axes, series, numbers):
    points = point_fractions(axes, path.x, path.y)
    return {**_look(path), "points": numbers.add_curves(points)}


def _note(note, axes, series, numbers):
    """Return words with their place; they are no label, which would stand in a legend."""
    place = point_fractions(axes, note.x, note.y).tolist()
    return {**vars(note.style), "text": note.text, "place": place}


def _raster(raster, axes, series, numbers):
    """Return a raster with the corner of its first entry and how far it reaches from there."""
    (x, x_end), (y, y_end) = x_fractions(axes, raster.x), y_fractions(axes, raster.y)
    return {
        "field": raster.field,
        "box": [float(x), float(y), float(x_end - x), float(y_end - y)],
        "colors": raster.colors,
        "limit": raster.limit,
        "gamma": raster.gamma,
        "smooth": raster.smooth,
        "contour": raster.contour,
        "cells": raster.cells,
        "margins": raster.margins,
    }


def _look(layer):
    return {**vars(layer.style), "label": to_html(layer.label)}


def _heat(heat, show, numbers):
    """Return a map; entries can be chosen where it has the shape of the field to choose from."""
    fields, select = show.frames.fields, show.frames.select
    can = heat.selectable and select != "" and fields[heat.field] == fields[select]
    return {**vars(heat), "selectable": can}


def _table(table, show, numbers):
    return {
        "label": table.label,
        "columns": [to_html(column) for column in table.columns],
        "rows": [_row(row) for row in table.rows],
    }


def _row(row):
    return {
        "label": to_html(row.label),
        "cells": [{"series": cell, "html": to_html(cell)} for cell in row.cells],
        "style": vars(row.style) if row.style else None,
        "notes": [[k, to_html(note)] for k, note in sorted(row.notes.items())],
    }


def _ledger(ledger, show, numbers):
    lines = [
        {"name": line.name, "formula": line.mathml(), "numbers": line.mathml(numbers=True)}
        for line in ledger.lines
    ]
    return {
        "prefix": ledger.prefix,
        "layer": ledger.layer,
        "differs": ledger.differs,
        "lines": lines,
        "places": {key: vars(place) for key, place in ledger.places.items()},
    }


def _text(text, show, numbers):
    lines = [to_html(line) for line in text.lines]
    jump = vars(text.jump) if text.jump else None
    return {"lines": lines, "marked": list(text.marked), "jump": jump}


def _diagram(diagram, show, numbers):
    return dict(vars(diagram))


def _matrices(matrices, show, numbers):
    return {
        "label": matrices.label,
        "lines": [[_part(part) for part in line] for line in matrices.lines],
    }


def _part(part):
    if isinstance(part, Matrix):
        return {**vars(part), "text": to_html(part.text)}
    return part


def _images(images, show, numbers):
    return dict(vars(images))


_DESCRIBE = {
    Plot: _plot, Heat: _heat, Table: _table, Ledger: _ledger, Text: _text, Diagram: _diagram,
    Matrices: _matrices, Images: _images,
}  # fmt: skip
_DESCRIBE_LAYER = {
    Line: _line, Band: _band, Points: _points, Profile: _profile, Arrow: _arrow, Bars: _bars,
    Path: _path, Note: _note, Raster: _raster,
}  # fmt: skip
