"""A page with every public name and its docstring, made from the code."""

import html
import inspect
import re
from typing import Any

import mlpteach
from mlpteach.site.template import Link


def reference_page() -> str:
    """Return the reference as HTML: the names of the package, of its parts and of its classes."""
    entries = dict(_entries())
    parts = "\n".join(_entry(name, value) for name, value in entries.items())
    return (
        '<div class="reference">\n<h1>Reference</h1>\n<p>After <code>import mlpteach as mt</code>.'
        f"</p>\n{_contents(entries)}\n{parts}\n</div>"
    )


def _contents(names):
    """Return links to all names, those of a part in one line."""
    parts: dict[str, list[str]] = {}
    for name in names:
        parts.setdefault(name.rpartition(".")[0], []).append(name)
    lines = "\n".join(f"<dt>{part}</dt><dd>{_links(parts[part])}</dd>" for part in parts)
    return f'<nav class="names" aria-label="names"><dl>\n{lines}\n</dl></nav>'


def _links(names):
    return " ".join(Link(f"#{name}", name.rpartition(".")[2]).html() for name in names)


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
    told = _docstring(value) if _has_own_words(value) else _table(value)
    members = _members(value) if inspect.isclass(value) else ""
    return f'<h2 id="{name}"><code>{called}</code></h2>\n<pre>{told}</pre>{members}'


def _members(value: type) -> str:
    """Return what an object of a class can be asked, as far as it is this package's own."""
    found = inspect.classify_class_attrs(value)
    shown = [one for one in found if _is_public(one) and (inspect.getdoc(one.object) or "")]
    return "".join(_member(one) for one in shown)


def _is_public(member):
    own = member.defining_class.__module__.startswith(mlpteach.__name__)
    return own and member.kind != "data" and not member.name.startswith("_")


def _member(member):
    called = html.escape(f".{member.name}{_signature(member.object)}")
    told = _docstring(member.object)
    return f"\n<h3><code>{called}</code></h3>\n<pre>{told}</pre>"


def _docstring(value):
    """Return a docstring as HTML: headings of sections, and code, are marked as such."""
    told = html.escape(inspect.getdoc(value) or "", quote=False)
    told = re.sub(r"^(\w[\w ]*)\n-+$", r"<strong>\1</strong>", told, flags=re.MULTILINE)
    return re.sub(r"(?::\w+:)?(`+)~?([^`]+)\1", r"<code>\2</code>", told)


def _signature(value):
    """Return the parameters with their defaults; their types stand in the words."""
    try:
        found = inspect.signature(getattr(value, "__func__", value))
    except (TypeError, ValueError):
        return ""
    plain = [one.replace(annotation=one.empty) for one in found.parameters.values()]
    first = 1 if plain and plain[0].name in ("self", "cls") else 0
    return str(found.replace(parameters=plain[first:], return_annotation=found.empty))


def _has_own_words(value):
    return callable(value) or inspect.ismodule(value)


def _table(value):
    """Return the ids of a table and their titles."""
    try:
        titles = {id: getattr(one, "title", "") for id, one in value.items()}
        return html.escape("\n".join(f"{id}: {title}" for id, title in titles.items()))
    except AttributeError:
        return _docstring(value)
