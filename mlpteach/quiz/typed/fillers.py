"""Words that people write around an answer: "the answer is b", "0.27 (rounded)", "120 updates"."""

import re

_BEFORE = frozenset({
    "about", "almost", "answer", "answers", "approx", "approximately", "are", "around", "ca",
    "choice", "choices", "circa", "equals", "exactly", "i", "is", "it", "its", "letter", "letters",
    "my", "nearly", "option", "options", "result", "roughly", "the", "think",
})  # fmt: skip
_BEHIND = frozenset({"approx", "approximately", "about", "exactly", "roughly", "rounded"})
# Words behind a number that make another one of it, or none.
_CHANGING = frozenset({
    "above", "and", "at", "below", "between", "but", "by", "double", "dozen", "from", "half",
    "halves", "hundred", "hundreds", "least", "less", "million", "millions", "minus", "more",
    "most", "no", "nor", "not", "or", "over", "per", "percent", "pi", "plus", "quarter",
    "quarters", "root", "square", "squared", "tenth", "tenths", "third", "thirds", "thousand",
    "thousands", "to", "under", "up",
})  # fmt: skip
_FIRST_WORD = re.compile(r"\s*([^\W\d_]+)(?:[.:]?\s+|:\s*)(?=\S)")
_LAST_WORD = re.compile(r"(?<=[\s\d%)])\s*\b([^\W\d_]+)\.?\s*$")
_RATE = re.compile(r"\s*\b([^\W\d_]+)\s*(?:/|\bper\b|\ban?\b)\s*([^\W\d_]+)\.?\s*$")
_BRACKETED = re.compile(r"\(\s*([^\W\d_]+)\.?\s*\)\s*\.?\s*$")


def without_words_before(text):
    """Return an answer without what only leads to it.

    Examples
    --------
    >>> without_words_before("The answer is: b"), without_words_before("about 0.27")
    ('b', '0.27')
    """
    while (found := _FIRST_WORD.match(text)) and found[1].lower() in _BEFORE:
        text = text[found.end() :]
    return text


def without_words_behind(text, units=frozenset()):
    """Return a number without what it counts, and without a word on how exact it is.

    Parameters
    ----------
    text : str
    units : collection of str
        What the question asks for, in small letters.

    Examples
    --------
    >>> without_words_behind("120 updates", {"updates"}), without_words_behind("0.27 (rounded)")
    ('120', '0.27')
    >>> without_words_behind("40 updates per epoch", {"updates", "epoch"})
    '40'
    >>> without_words_behind("3 apples", {"updates"})
    '3 apples'
    """
    rate = _RATE.search(text)
    if rate and {rate[1].lower(), rate[2].lower()} <= set(units) - _CHANGING:
        text = text[: rate.start()]
    known = (_BEHIND | set(units)) - _CHANGING
    while found := _BRACKETED.search(text) or _LAST_WORD.search(text):
        rest = text[: found.start()].rstrip()
        if found[1].lower() not in known or not re.search(r"\d", rest):
            return text
        text = rest
    return text


def words_of(text):
    """Return the words of a text, in small letters; single letters are names of numbers."""
    return frozenset(word.lower() for word in re.findall(r"[^\W\d_]{2,}", text))
