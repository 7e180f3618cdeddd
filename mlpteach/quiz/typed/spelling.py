"""From what people type (Python, LaTeX-like, typed letters) to one plain spelling.

``\\beta_1 M_{k-1}``, ``β₁·M_before`` and ``beta1 * M_before`` come out the same. Nothing is
computed here; what comes out is text for ``expression.py``, which reads it as data.
"""

import re
from itertools import accumulate

from mlpteach.quiz.typed.characters import plain_characters, unwrapped

# Stands for a product without a sign, as in 2(Y − A3) or V A^T; students may not write it.
BESIDE = "//"
CONSTANTS = frozenset({"pi", "e"})
LONGEST = 400  # characters of an answer that is computed

_COMMANDS = {
    "epsilon": "eps", "varepsilon": "eps", "varphi": "phi", "cdot": "·", "odot": "*", "times": "·",
    "ast": "*", "circ": "*", "div": "/", "lvert": "|", "rvert": "|",
    "approx": "=",
}  # fmt: skip
_NOTHING = re.compile(
    r"\\(?:(?:left|right|big|Big|bigl|bigr|displaystyle|quad)(?![A-Za-z])|[,;:! ])"
    r"|[_^]?\{\s*\}"
)
_WRAPPERS = r"\\(?:mathrm|mathbf|mathsf|mathit|text|boldsymbol|bm|operatorname|vec)(?![A-Za-z])"


class Unreadable(Exception):
    """What was typed has no meaning here; says why, for the student."""


def plain_spelling(text, names, functions, written=None):
    """Return an answer as an expression of Python.

    Parameters
    ----------
    text : str
    names, functions : collection of str
        What may be used.
    written : dict of str to str, optional
        How the slides write a name, such as ``{"M_{k-1}": "M_before"}``.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> plain_spelling(r"\\frac{\\hat M_k}{\\sqrt{V}}", {"M_hat", "V"}, {"sqrt"}, {"M_k": "M"})
    '((M_hat)/(sqrt(V)))'
    >>> plain_spelling("2(Y-A^{(3)})", {"Y", "A3"}, ())
    '2//(Y-A3)'
    """
    if BESIDE in text:
        raise Unreadable("`//` is not used here: write `/`")
    text = _plain_latex(_NOTHING.sub(" ", plain_characters(unwrapped(text))))
    for slide, name in sorted((written or {}).items(), key=lambda pair: -len(pair[0])):
        text = text.replace(plain_characters(slide), f" {name} ")
    return _Speller(_right_side(text, names), set(names), set(functions)).spell()


def _plain_latex(text):
    """Return LaTeX without what changes only its looks.

    Examples
    --------
    >>> _plain_latex(r"\\mathbf{A}^{(2) \\top} + \\hat{M}_{k - 1}")
    ' A^{(2)}^T + M_hat_{k-1}'
    """
    text = re.sub(r"\\[dtc]frac(?![A-Za-z])", r"\\frac", text)
    text = text.replace(r"\{", "(").replace(r"\}", ")").replace(r"\_", "_")
    # In \text{...} only the letters count, and stay apart from those before.
    text = re.sub(rf"(?<![_{{]){_WRAPPERS}\s*(?:\{{([^{{}}]*)\}})?", r" \1", text)
    text = re.sub(rf"{_WRAPPERS}\s*(?:\{{([^{{}}]*)\}})?", r"\1", text)
    text = _ACCENT.sub(_accented, text)
    text = re.sub(r"(?<=\w)_\s*\(([^()]*)\)", r"_{\1}", text)
    text = re.sub(r"_\s*\{[^{}]*\}", lambda found: re.sub(r"\s", "", found[0]), text)
    return _RAISED_TWICE.sub(r"^{(\1)}^T", text).replace(".*", "*").replace("./", "/")


_ACCENT = re.compile(
    r"\\(?:wide)?(hat|bar|tilde)(?![A-Za-z])\s*"
    r"(?:\{\s*(\\?\w[^{}]*(?:\{[^{}]*\})?)\s*\}|(\\?[A-Za-z]))"
)


def _accented(found):
    """Write \\hat{M_k} as M_hat_k."""
    letter, index = re.fullmatch(r"(\\?[^\W_]+)(.*)", found[2] or found[3], re.S).groups()
    return f"{letter}_{found[1]}{index}"


# ^{(2)T} and ^{(2)^T}
_RAISED_TWICE = re.compile(r"\^\s*\{\s*\((\d)\)\s*\^?\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?\s*\}")


def _right_side(text, names):
    """Return what stands behind "V^{(2)} =", where the left side is a name and none of the given.

    Examples
    --------
    >>> _right_side("V_k = 2 g", {"g"}), _right_side("g = 2", {"g"})
    (' 2 g', 'g = 2')
    """
    left, sign, right = text.partition("=")
    outside = re.sub(r"\{[^{}]*\}|\([^()]*\)", "", left)
    is_name = re.fullmatch(r"\s*\\?[^\W\d][\w\\^'\s]*", outside)
    return right if sign and is_name and left.strip() not in names else text


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|\\(?P<command>[A-Za-z]+)|(?P<name>[^\W\d]\w*(?<!_))"
    r"|(?P<sign>\*\*|[-+*/@^(){}\[\],.'|=<>_·]))"
)
# What a dot may ask of an array.
_METHODS = ("T", "dot", "transpose", "sum", "mean")
# ^(3) and ^{(3)}
_LAYER = re.compile(r"\s*\^\s*(?:\{\s*\(\s*(\d)\s*\)\s*\}|\(\s*(\d)\s*\))")
# what follows ^ where a matrix is transposed
_TRANSPOSED = re.compile(
    r"\s*(?:\{\s*)?(?:\\(?:top|intercal)|\\mathsf\s*\{?T\}?|T)(?:\s*\})?(?!\w)"
)


def _unlisted(arguments):
    """Return the arguments of a function that stand in a list or in brackets of their own.

    Examples
    --------
    >>> _unlisted("(a,b)"), _unlisted("(a)+(b)"), _unlisted("(a),b")
    ('a,b', '(a)+(b)', '(a),b')
    """
    depths = list(accumulate((c == "(") - (c == ")") for c in arguments))
    is_one = arguments.startswith("(") and 0 not in depths[:-1]
    inside = [d for c, d in zip(arguments, depths, strict=True) if c == ","]
    return arguments[1:-1] if is_one and inside.count(1) == 1 else arguments


class _Speller:
    """Reads from left to right and writes Python; brackets inside are read by recursion."""

    def __init__(self, text, names, functions):
        self.text, self.names, self.functions = text, names, functions
        self.at = 0
        self.depth = 0

    def spell(self):
        written = self._until("")
        if not written:
            raise Unreadable("there is nothing written")
        return written

    def _next(self):
        if not self.text[self.at :].strip():
            return None, ""
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            sign = self.text[self.at :].strip()[0]
            sign = sign if sign.isprintable() else f"U+{ord(sign):04X}"
            where = "in a formula" if self.names - CONSTANTS else "in a number"
            raise Unreadable(f"`{sign}` can't be used {where}")
        self.at = found.end()
        return found.lastgroup, found[found.lastgroup]

    def _peek(self):
        here = self.at
        token = self._next()
        self.at = here
        return token

    def _until(self, closing):
        """Write up to a closing bracket; a product's missing sign is put in."""
        self.depth += 1
        if self.depth > 40:
            raise Unreadable("there are too many brackets inside each other")
        parts = []
        while True:
            kind, token = self._next()
            if kind is None and closing:
                raise Unreadable(f"a `{closing}` is missing")
            if kind is None or (closing and token == closing and kind == "sign"):
                self.depth -= 1
                return "".join(parts)
            if token == "[" and parts and self._ends_operand(parts[-1]):
                raise Unreadable("single entries can't be picked out: write it for whole arrays")
            if kind == "number" and parts and parts[-1][-1].isdigit():
                raise Unreadable("two numbers stand side by side")
            if (kind, token) == ("sign", ".") and parts and self._ends_operand(parts[-1]):
                parts[:] = self._after_dot(parts)
                continue
            piece, operand = self._piece(kind, token)
            if operand and parts and self._ends_operand(parts[-1]):
                parts.append(BESIDE)
            if piece:
                parts.append(piece)

    def _ends_operand(self, part):
        return part[-1].isalnum() or part[-1] in ")_"

    def _piece(self, kind, token):
        """Return a token's Python, and whether a factor starts with it."""
        if kind == "number":
            return token.lstrip("0") or "0" if token.isdigit() else token, True
        if kind == "command":
            return self._command(token)
        if kind == "name":
            return self._name(token), True
        if token in "({[":
            return f"({self._until(')' if token == '(' else '}' if token == '{' else ']')})", True
        if token == "|":
            return f"abs({self._until('|')})", True
        if token == "^":
            return self._power(), False
        if token == "'":
            return ".T", False
        if token == ".":
            raise Unreadable("before a dot, as in `A.T`, a name must stand")
        if token == "·":
            return BESIDE, False
        if token in "=<>_)}]":
            raise Unreadable(f"`{token}` does not belong there")
        return token, False

    def _after_dot(self, parts):
        """Return `parts` with what a dot asks of the last operand: A.T, A.dot(B), A.sum()."""
        kind, token = self._next()
        operands = [i for i, part in enumerate(parts) if not part.startswith((".", "**"))]
        if not operands:  # as in '.T: a dash alone is a transpose of nothing
            raise Unreadable("before a dot, as in `A.T`, a name must stand")
        start = operands[-1]
        before, operand = parts[:start], "".join(parts[start:])
        if kind != "name" or token not in _METHODS:
            known = ", ".join(f"`.{name}`" for name in _METHODS)
            raise Unreadable(f"after a dot only {known} are understood")
        if token == "T":
            return [*parts, ".T"]
        if self._next() != ("sign", "("):
            raise Unreadable(f"`.{token}` needs brackets, as in `A.{token}()`")
        inside = self._until(")")
        if token == "dot":
            return [*before, f"({operand}@({inside}))"]
        if inside:
            raise Unreadable(f"`.{token}()` takes nothing here")
        return [*before, f"({operand}).T" if token == "transpose" else f"{token}({operand})"]

    def _command(self, token):
        if token == "frac":
            return f"(({self._group(digit=True)})/({self._group(digit=True)}))", True
        token = _COMMANDS.get(token, token)
        if not token.isidentifier():
            return self._piece("sign", token)
        return self._name(token), True

    def _group(self, digit=False):
        """Write what stands in braces, or the one token (or `digit`) that LaTeX takes instead."""
        kind, token = self._next()
        if digit and kind == "number":
            self.at -= len(token) - 1
            token = token[0]
        if token == "{" and kind == "sign":
            return self._until("}")
        if kind is None:
            raise Unreadable("something is missing after `\\frac`, `\\sqrt` or `^`")
        return self._piece(kind, token)[0]

    def _raw_group(self):
        """Return the letters between braces."""
        _, token = self._next()
        end = self.text.find("}", self.at)
        if token != "{" or end < 0:
            return token
        raw, self.at = self.text[self.at : end], end + 1
        return raw.strip()

    def _subscript(self):
        """Return a subscript that follows, "" if there is none."""
        if self._peek() == ("sign", "_"):
            self._next()
        elif not self.text[self.at :].startswith("_"):
            return ""
        else:
            self.at += 1
        if self.text[self.at : self.at + 1] == "{":
            return self._raw_group()
        index, self.at = self.text[self.at : self.at + 1], self.at + 1
        return index

    def _name(self, name):
        """Return the known name that is meant, with its index and layer."""
        if name.startswith("np.") or name in ("np", "numpy", "math"):
            return self._after_module()
        index = self._subscript()
        layer = self._layer()
        typed = name
        name = _COMMANDS.get(name, name)
        together = [name + index, f"{name}_{index}"] if index else [name]
        for base in together:
            now = base.removesuffix("_k")  # the slides' index of the present update
            for spelled in (base + layer, base, now, base.replace("_", "") + layer):
                if spelled in self.names | self.functions:
                    return self._called(spelled)
        # A name that the table made a sign, as "times", is quoted as it was typed.
        name = name if name.isidentifier() else typed
        unknown = f"{name}_{index}" if index else name
        if not index and unknown.lower() in self.functions:
            return self._called(unknown.lower())
        if alike := self._alike(unknown):
            return alike
        known = ", ".join(sorted(self.names - CONSTANTS))
        if not known:
            raise Unreadable(f"`{unknown}` is no part of a number")
        raise Unreadable(f"`{unknown}` is not known here; use {known}")

    def _alike(self, unknown):
        """Return the one name that differs in underscores or capitals alone, as Mhat."""
        letters = unknown.replace("_", "").lower()
        alike = [n for n in self.names - CONSTANTS if n.replace("_", "").lower() == letters]
        if len(alike) == 1:
            return alike[0]
        # Letters side by side: A A, z e^(-z).
        return BESIDE.join(unknown) if set(unknown) <= self.names else ""

    def _after_module(self):
        kind, token = self._next()
        if (kind, token) == ("sign", "."):
            kind, token = self._next()
            if kind == "name" and token in self.functions | CONSTANTS:
                return self._called(token)
        raise Unreadable(f"of NumPy only {', '.join(sorted(self.functions))} can be used")

    def _layer(self):
        """Return the number in ^(3) or ^{(3)}, which names a layer and is no power."""
        found = _LAYER.match(self.text, self.at)
        if not found:
            return ""
        number = found[1] or found[2]
        before = re.search(r"([A-Za-z]\w*)\s*$", self.text[: self.at])
        if before and before[1] + number in self.names:
            self.at = found.end()
            return number
        return ""

    def _called(self, name):
        if name not in self.functions or name in self.names:
            return name
        kind, token = self._peek()
        if token in ("(", "{") and kind == "sign":
            self._next()
            return f"{name}({_unlisted(self._until(')' if token == '(' else '}'))})"
        if kind is None or (kind == "sign" and token not in "-|"):
            raise Unreadable(f"`{name}` needs brackets, as in `{name}(x)`")
        return f"{name}({self._group()})"

    def _power(self):
        """Write what is raised: T (transposed) or an exponent."""
        found = _TRANSPOSED.match(self.text, self.at)
        if found:
            self.at = found.end()
            return ".T"
        if self._peek() == ("sign", "-"):
            self._next()
            return f"**(-({self._group()}))"
        return f"**({self._group()})"
