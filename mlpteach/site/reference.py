"""A page with every public name and its docstring, made from the code."""

import html
import inspect
from typing import Any

import mlpteach
from mlpteach.site.template import Link


def reference_page() -> str:
    """Return the reference as HTML: the names of the package, then those of its parts."""
    entries = dict(_entries())
    contents = " ".join(Link(f"#{name}", name).html() for name in entries)
    parts = "\n".join(_entry(name, value) for name, value in entries.items())
    return (
        '<div class="reference">\n<h1>Reference</h1>\n<p>After <code>import mlpteach as mt</code>.'
        f'</p>\n<nav class="contents" aria-label="names">{contents}</nav>\n{parts}\n</div>'
    )


def _entries():
    """Yield (name as it is called, what it names)."""
    for name in mlpteach.__all__:
        value = getattr(mlpteach, name)
        yield f"mt.{name}", value
        if inspect.ismodule(value):
            for inner in _public_names(value):
                yield f"mt.{name}.{inner}", getattr(value, inner)


def _public_names(module):
    """Return what a module offers: what it says, else its own functions and classes."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    own = inspect.getmembers(module, lambda one: getattr(one, "__module__", "") == module.__name__)
    return [name for name, _ in own if not name.startswith("_")]


def _entry(name: str, value: Any) -> str:
    called = html.escape(name + _signature(value))
    told = html.escape(inspect.getdoc(value) or "") if _has_own_words(value) else _table(value)
    return f'<h2 id="{name}"><code>{called}</code></h2>\n<pre>{told}</pre>'


def _signature(value):
    try:
        return str(inspect.signature(value)) if callable(value) else ""
    except (TypeError, ValueError):
        return ""


def _has_own_words(value):
    return callable(value) or inspect.ismodule(value)


def _table(value):
    """Return the ids of a table and their titles."""
    try:
        titles = {id: getattr(one, "title", "") for id, one in value.items()}
        return html.escape("\n".join(f"{id}: {title}" for id, title in titles.items()))
    except AttributeError:
        return html.escape(inspect.getdoc(value) or "")
