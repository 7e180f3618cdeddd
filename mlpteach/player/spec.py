"""What travels to the page: plain data, one buffer of numbers, pictures of what stands still."""

import numpy as np

from mlpteach.views.mathematics import to_html
from mlpteach.views.panels import Arrow, Heat, Ledger, Line, Plot, Profile, Table, Text
from mlpteach.views.pictures import (
    box,
    color_tables,
    places,
    render,
    x_fractions,
    y_fractions,
)


class _Numbers:
    """Arrays of 64-bit floats, one behind the other; squares of small gradients leave 32 bits."""

    def __init__(self):
        self._arrays, self._length = [], 0

    def add(self, array):
        """Take in an array and return where the page finds it."""
        array = np.ascontiguousarray(array, dtype=float)
        place = {"at": self._length, "shape": list(array.shape)}
        self._arrays.append(array.ravel())
        self._length += array.size
        return place

    def bytes(self):
        return np.concatenate(self._arrays or [np.empty(0)]).tobytes()


def describe_show(show):
    """Return a :class:`~mlpteach.views.panels.Show` for the page.

    Returns
    -------
    spec : dict
        Plain data.
    numbers : bytes
        Little-endian 64-bit floats; the spec says where each array lies.
    pictures : dict of str to dict
        What stands still in the plots; unchanged pictures need not travel again.
    """
    numbers, pictures = _Numbers(), {}
    panels = [_describe(panel, show, numbers, pictures) for panel in show.panels]
    series = {name: numbers.add(array) for name, array in show.series.items()}
    frames = show.frames
    spec = {
        "steps": show.steps,
        "unit": show.unit,
        "perEpoch": show.per_epoch,
        "message": show.message,
        "panels": panels,
        "series": series,
        "numbers": [{"text": to_html(text), "series": name} for text, name in show.numbers],
        "lines": _line_count(show),
        "held": frames.held if frames else [],
        "fields": _fields(frames) if frames else {},
        "frame": frames.size if frames else 0,
        "select": frames.select if frames else "",
        "colors": color_tables() if frames else {},
    }
    return spec, numbers.bytes(), pictures


def _fields(frames):
    """Return where each field lies in a frame."""
    fields, start = {}, 0
    for name, (rows, columns) in frames.fields.items():
        fields[name] = {"at": start, "shape": [rows, columns]}
        start += rows * columns
    return fields


def describe_control(control):
    """Return a control for the page; its options keep their order in a list."""
    described = dict(vars(control))
    if "options" in described:
        described["options"] = [[str(value), text] for value, text in control.options.items()]
    return described


def _line_count(show):
    """Return how many lines can be stepped through: those of the longest ledger."""
    return max((len(panel.lines) for panel in show.panels if isinstance(panel, Ledger)), default=0)


def _describe(panel, show, numbers, pictures):
    if isinstance(panel, Plot):
        return _plot(panel, show.series, numbers, pictures)
    described = {Heat: _heat, Table: _table, Ledger: _ledger, Text: _text}[type(panel)](panel)
    return {"kind": type(panel).__name__.lower(), **described}


def _plot(plot, series, numbers, pictures):
    axes = plot.axes
    picture = render(axes)
    pictures[picture.key] = {"data": picture.data, "ink": picture.ink}
    return {
        "kind": "plot",
        "title": to_html(plot.title),
        "label": plot.label,
        "click": plot.click,
        "shape": axes.shape,
        "picture": picture.key,
        "aspect": picture.aspect,
        "box": picture.box,
        "limits": [[*axes.xlim, axes.xscale == "log"], [*axes.ylim, axes.yscale == "log"]],
        "layers": [_layer(layer, axes, series, numbers) for layer in plot.layers],
    }


def _layer(layer, axes, series, numbers):
    described = {"kind": type(layer).__name__.lower(), **vars(layer.style)}
    described["label"] = to_html(layer.label)
    if isinstance(layer, Line):
        described["points"] = numbers.add(places(axes, series[layer.x], series[layer.y]))
        described |= {"future": layer.future, "connect": layer.connect}
    elif isinstance(layer, Profile):
        described["x"] = numbers.add(x_fractions(axes, layer.x))
        described["y"] = numbers.add(y_fractions(axes, series[layer.y]))
        described |= {"filled": layer.filled, "base": box(axes)[1] + box(axes)[3]}
    elif isinstance(layer, Arrow):
        start = places(axes, series[layer.x], series[layer.y])
        end = places(axes, series[layer.to_x], series[layer.to_y])
        described["points"] = numbers.add(np.concatenate([start, end], axis=-1))
    return described


def _heat(heat):
    return {**vars(heat), "title": to_html(heat.title)}


def _table(table):
    rows = [
        {
            "label": to_html(row.label),
            "cells": [{"series": cell, "html": to_html(cell)} for cell in row.cells],
            "style": vars(row.style) if row.style else None,
            "notes": [[k, to_html(note)] for k, note in sorted(row.notes.items())],
        }
        for row in table.rows
    ]
    return {
        "title": to_html(table.title),
        "label": table.label,
        "columns": [to_html(column) for column in table.columns],
        "rows": rows,
    }


def _ledger(ledger):
    lines = [
        {"name": line.name, "formula": line.mathml(), "numbers": line.mathml(numbers=True)}
        for line in ledger.lines
    ]
    return {**vars(ledger), "title": to_html(ledger.title), "lines": lines}


def _text(text):
    return {
        "title": to_html(text.title),
        "lines": [to_html(line) for line in text.lines],
        "marked": list(text.marked),
    }
