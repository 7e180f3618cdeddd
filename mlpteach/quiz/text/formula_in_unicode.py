"""Formulas in Unicode letters, for places that show plain text, such as nbgrader's feedback."""

from mlpteach.basics.mathml import mathml_tree

_RAISED = dict(zip("0123456789+−=()nikT′l", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵏᵀ′ˡ", strict=True))
_LOWERED = dict(
    zip("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_ACCENTS = {"^": "\u0302", "¯": "\u0304", "‾": "\u0304", "~": "\u0303", "˜": "\u0303"}
_APART = set("+−=/·⊙≤≥<>≈→←±≠∈≪≫")  # signs between two things


def formula_in_unicode(latex):
    """Return a formula as one line of letters.

    Examples
    --------
    >>> formula_in_unicode(r"\\beta_1 M_{k-1} + (1 - \\beta_1) g_k")
    'β₁ Mₖ₋₁ + (1 − β₁) gₖ'
    >>> formula_in_unicode(r"\\frac{\\hat M_k}{\\sqrt{V^{(2)} + \\epsilon}}")
    'M̂ₖ/√(V⁽²⁾ + ϵ)'
    """
    return _written(mathml_tree(latex))


def _written(node):
    parts = [_written(child) for child in node]
    match node.tag, parts:
        case "mi" | "mn" | "mo" | "mtext", _:
            return (node.text or "").strip()
        case "msub" | "munder", [base, index]:
            return base + _shifted(index, _LOWERED, "_")
        case "msup", [base, power]:
            return base + _shifted(power, _RAISED, "^")
        case "msubsup" | "munderover", [base, index, power]:
            return base + _shifted(index, _LOWERED, "_") + _shifted(power, _RAISED, "^")
        case "mover", [base, accent]:
            return base + _ACCENTS.get(accent, accent)
        case "mfrac", [above, below]:
            return f"{_grouped(above)}/{_grouped(below)}"
        case "msqrt", _:
            return f"√{_grouped(_row(parts))}"
    return _row(parts)


def _shifted(text, letters, sign):
    """Return an index or an exponent: in small letters where Unicode has them all."""
    text = text.replace(" ", "")
    if set(text) <= letters.keys():
        return "".join(letters[letter] for letter in text)
    return f"{sign}{text}" if len(text) == 1 or text[0] == "(" else f"{sign}({text})"


def _grouped(text):
    return f"({text})" if " " in text and text[0] != "√" else text


def _row(parts):
    """Return parts side by side: room around signs, and between letters that would run together."""
    line = ""
    for part in filter(None, parts):
        starts = not line or line[-1] in "([ "
        if part in _APART and not starts:
            line = f"{line.rstrip()} {part} "
            continue
        touches = starts or line[-1] in "|+−±√′" or part[0] in ")],.;|′["
        touches |= line.endswith(("d", "Δ")) and part[0].isupper()  # dJ
        line += part if touches else f" {part}"
    return line.strip()
