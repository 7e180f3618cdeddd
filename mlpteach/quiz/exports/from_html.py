"""Texts of other quizzes, which are HTML with formulas, as texts of the bank."""

import html
import re

_SPACE = re.compile(r"</?(?:br|p|div|ul|ol|li|h\d|hr|span|a|sub|sup|u|small)\b[^>]*>", re.I)
_CODE = re.compile(r"(?:</?(?:code|pre|tt|kbd)\b[^>]*>)+", re.I)
_STRESS = re.compile(r"</?(?:em|i|b|strong)\b[^>]*>", re.I)
_LINK = re.compile(r"(?<!\])\[([^][]*)\]\((\S+?)\)")
_MARK = "\0"  # a stress, while stars are still stars


def from_html(text):
    r"""Return an HTML text as the bank writes it.

    Examples
    --------
    >>> from_html(r"<b>Is</b> <code>a*b*c</code> &lt; $$x_1$$ or 2*3*4?<br>See \(y\).")
    '*Is* `a*b*c` < $x_1$ or 2∗3∗4? See $y$.'
    """
    text = _LINK.sub(r"\1 (\2)", text).replace("\\$", "＄")
    text = _SPACE.sub(" ", _STRESS.sub(_MARK, _CODE.sub("`", text)))
    text = re.sub(r"\$\$|\\[()\[\]]", "$", html.unescape(text))
    # Code and formulas keep their stars and spaces; elsewhere a star would mean a stress.
    parts = re.split(r"(`[^`]*`|\$[^$]*\$)", text)
    parts[::2] = [re.sub(r"[ \t]+", " ", part.replace("*", "∗")) for part in parts[::2]]
    return without_slots("".join(parts).replace(_MARK, "*").strip())


def without_slots(text):
    """Return a text in which the bank finds no [[name]] to put a number at.

    Examples
    --------
    >>> without_slots("a = [[1]]")
    'a = [ [1]]'
    """
    return re.sub(r"\[\[(?=\w+\]\])", "[ [", text)
