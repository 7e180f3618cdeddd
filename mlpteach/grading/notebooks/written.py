"""A student's written text as it may stand on pages that other people open.

Words, formulas and pasted pictures stay. What would act on a reader's behalf is shown instead of
obeyed: tags, scripts, links, and pictures that a browser would fetch from somewhere.
"""

import functools
import re
from urllib.parse import unquote

STUDENTS = "mlpteach_students"  # in the metadata of a cell that holds a student's text
FOR_STAFF = "mlpteach_for_staff"  # in the metadata of a cell that students do not get

_PICTURE = re.compile(
    r'!\[([^\[\]\n]{0,200})\]\(attachment:((?:[^()\s<>"]|\([^()\s<>"]{0,300}\)){1,300})\)'
)


def written(text, attachments):
    """Return a text that is safe to open, and the pictures that it shows.

    Parameters
    ----------
    text : str
        Markdown as handed in.
    attachments : dict of str to dict
        Name -> MIME bundle of the pictures pasted into it.

    Returns
    -------
    text : str
    attachments : dict of str to dict
        Under names that need no quoting: nbconvert looks for a picture by the very letters of its
        address, which editors write with ``%20``.

    Examples
    --------
    >>> written("![me](attachment:a%20b.png)", {"a b.png": {"image/png": "iVBORw0KGgo="}})
    ('![me](attachment:picture1)', {'picture1': {'image/png': 'iVBORw0KGgo='}})
    """
    names, parts, end = {}, [], 0
    for found in _PICTURE.finditer(text):
        parts.append(defuse(text[end : found.start()]))
        end = found.end()
        alt, name = defuse(found[1]), found[2]
        name = name if name in attachments else unquote(name)
        if name in attachments:
            shown = names.setdefault(name, f"picture{len(names) + 1}")
            parts.append(f"![{alt}](attachment:{shown})")
        else:
            parts.append(f"(a picture that cannot be shown here: {defuse(name)})")
    parts.append(defuse(text[end:]))
    return "".join(parts), {shown: attachments[name] for name, shown in names.items()}


def as_plain_text(text):
    """Return a text as an indented block, which no renderer looks into."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    return f"({len(text)} characters, too many to be laid out)\n\n{lines}"


def defuse(text):
    """Let tags and addresses in a student's text be read instead of obeyed on others' pages.

    A space of no width is put where it takes the meaning away and nothing of the looks.

    Examples
    --------
    >>> defuse("[x](http://a.b) <b>").encode("ascii", "namereplace").decode()
    '[x]\\\\N{ZERO WIDTH SPACE}(http\\\\N{ZERO WIDTH SPACE}://a.b) &lt;b>'
    """
    text = re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", text)
    # A link that is a script would run with the rights of whoever marks and clicks.
    # Renderers resolve an entity more than once; a space of no width is no part of one.
    text = re.sub(r"(?i)&(?=#|amp|colon|tab|newline|bsol)", "&\u200b", text)
    text = re.sub(r"(?i)((?:java|vb)script)(?=\\?:)", "\\1\u200b", text)
    # The address of a link or a picture, there or at the end of the text; an address by itself.
    text = re.sub(r"\](?=[(:])", "]\u200b", text)
    text = re.sub(r"(?i)(https?|ftp)(?=://)|(www)(?=\.)", "\\g<0>\u200b", text)
    return re.sub(r"\\([A-Za-z]+)", _only_mathematics, text)


def _only_mathematics(command):
    return command[0] if command[1] in _commands() else f"\\\u200b{command[1]}"


@functools.cache
def _commands():
    """Return the commands of LaTeX that stand for mathematics and do nothing else.

    MathJax knows others: they make links, fetch pictures as a background, load code, or give a
    command another meaning on the whole page.
    """
    from latex2mathml import commands
    from latex2mathml.symbols_parser import SYMBOLS

    kinds = [kind for name, kind in vars(commands).items() if name.isupper()]
    names = [name for kind in kinds for name in ([kind] if isinstance(kind, str) else kind)]
    known = {name.strip("\\*") for name in (*names, *SYMBOLS) if isinstance(name, str)}
    return (known | {"label", "ref", "eqref"}) - _NO_MATHEMATICS


_NO_MATHEMATICS = frozenset({
    "href", "class", "style", "unicode", "def", "newcommand", "newenvironment",
    "DeclareMathOperator",
})  # fmt: skip
