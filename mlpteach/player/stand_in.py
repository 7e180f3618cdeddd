"""What stands in for a dashboard wherever no widget can live: on GitHub, in a PDF, in a mail."""

import base64
import io

from mlpteach.player.core import Core

# Of the picture: dots an inch, and colours, which make it a fifth as large as with all of them.
_DPI, _COLORS = 72, 64


def as_text(core: Core) -> str:
    """Return in words what a dashboard shows: its title, the place, its numbers and controls.

    Examples
    --------
    >>> from mlpteach.player import Slider
    >>> from mlpteach.views import Show
    >>> core = Core(lambda values: Show({}, 4), [Slider("a", "a", 0, 9)], {"a": 2}, "Squares", "s")
    >>> print(as_text(core).splitlines()[0])
    Squares: update 1 of 4
    """
    show, k = core.show, core.position["k"]
    counted = show.steps and show.unit
    lines = [f"{core.title}: {show.unit} {k} of {show.steps}" if counted else core.title]
    if show.steps and show.numbers:
        numbers = [
            f"{_plain(text)} = {show.series[name][k - 1]:.6g}" for text, name in show.numbers
        ]
        lines.append(", ".join(numbers))
    lines += [_controls(core), show.message]
    lines.append("(A dashboard: to move it, run this cell in Jupyter.)")
    return "\n".join(line for line in lines if line)


def _controls(core):
    """Return name and value of the controls that the page shows."""
    shown = [
        one
        for one in core.controls.values()
        if one.when is None or core.values[one.when[0]] in one.when[1:]
    ]
    return ", ".join(f"{_plain(one.label)}: {_value(core.values[one.name])}" for one in shown)


def _value(value):
    if isinstance(value, tuple):
        return " ".join(_value(one) for one in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(text):
    return text.replace("$", "").replace("\\", "")


def as_png(core: Core) -> str:
    """Return the picture of the step on the screen, a PNG in base64 as notebooks keep it."""
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    core.figure().savefig(drawn, format="png", dpi=_DPI)
    Image.open(drawn).convert("RGB").quantize(_COLORS).save(small, "png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()
