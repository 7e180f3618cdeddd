"""Signs and letters as people type or paste them, brought to one plain spelling.

``β₁·M̂ₖ``, a minus from a word processor, digits of any script, the quotes around a pasted text.
"""

import re
import unicodedata

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵏ"
_RAISED = str.maketrans(_SUPERSCRIPTS, "0123456789-+()k")
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₋₊ₖ"
_LOWERED = str.maketrans(_SUBSCRIPTS, "0123456789-+k")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–—‐‑‒➖", "-"), **dict.fromkeys("×⋅∙•✕✖", "·"),
        **dict.fromkeys("∗⊙∘○", "*"), **dict.fromkeys("÷∕⁄", "/"),
        **dict.fromkeys("\u00a0\u202f\u2009", " "), **dict.fromkeys("ᵀ⊤", "^T "),
        "’": "'", "√": " sqrt ", "٫": ".", "≈": "=", "…": "...",
    }
)  # fmt: skip
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "ε": "eps", "ϵ": "eps", "η": "eta", "ρ": "rho",
    "σ": "sigma", "φ": "phi", "ϕ": "phi", "λ": "lambda", "μ": "mu", "π": "pi",
}  # fmt: skip
_ACCENTS = {"\u0302": "_hat", "\u0304": "_bar", "\u0303": "_tilde"}
_QUOTES = [
    ("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"),
    ("`", "`"), ('"', '"'), ("'", "'"), ("“", "”"), ("„", "“"),
]  # fmt: skip


def plain_characters(text):
    """Return `text` with typographical signs, raised digits and Greek letters spelled plainly.

    A dot in the middle stays: it is a product, or a decimal point.

    Examples
    --------
    >>> plain_characters("2·β₁² − M̂ₖ₋₁/2")
    '2· beta1 ^(2) - M_hat_{k-1} /2'
    """
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")  # invisible
    text = unicodedata.normalize("NFD", text)
    for accent, name in _ACCENTS.items():
        text = text.replace(accent, name)
    text = re.sub(f"[{_SUBSCRIPTS}]+", _lowered, text)
    text = re.sub(f"[{_SUPERSCRIPTS}]+", _raised, text)
    text = re.sub(f"[{''.join(_GREEK)}]", _greek, text)
    text = "".join(_fraction(letter) for letter in text.translate(_SIGNS))
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    # Digits of any script.
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )


def _lowered(found):
    """Return ₁ as a part of the name, ₖ₋₁ as an index; the next letter is another name."""
    plain = found[0].translate(_LOWERED)
    return f"{plain} " if plain.isdecimal() else f"_{{{plain}}} "


def _raised(found):
    plain = found[0].translate(_RAISED)
    return f"^({plain.removeprefix('(').removesuffix(')')})"


def _greek(found):
    following = found.string[found.end() : found.end() + 1]
    return f" {_GREEK[found[0]]}" + (" " if following.isalpha() else "")


def _fraction(letter):
    """Return ½ as (1⁄2), and any other letter as it is."""
    if unicodedata.decomposition(letter).startswith("<fraction>"):
        return f"({unicodedata.normalize('NFKC', letter)})"
    return letter


def as_typed(message, text):
    """Return a message on `text` that quotes a Greek letter as it stands there.

    Examples
    --------
    >>> as_typed("`eta` is no part of a number", "0.5η")
    '`η` is no part of a number'
    """
    for letter, name in _GREEK.items():
        if letter in text and name not in text:
            message = re.sub(rf"`{name}(?![a-z])", f"`{letter}", message)
    return message


def unwrapped(text):
    """Return `text` without the quotes or dollars around it and the full stop behind it.

    Examples
    --------
    >>> unwrapped("return 'A3 - Y';"), unwrapped(r"\\(0.5\\).")
    ('A3 - Y', '0.5')
    """
    text = text.strip().removeprefix("return ")
    while True:
        before = text
        text = text.strip().rstrip(".;,…").strip()
        for opening, closing in _QUOTES:
            inside = text.startswith(opening) and text.endswith(closing)
            if inside and len(text) > len(opening) + len(closing):
                text = text[len(opening) : -len(closing)]
        if text == before:
            return text
